//! WH02, names, references and confinement.

codes! {
    CLAIMED_TWICE = "WH0201", "two definitions claim one object",
        "An object has one owner. Two plugins, or two definitions of one plugin, name the same object of the same namespace. Rename one of them.";
    NAME_PROFILE = "WH0210", "a name has characters outside the profile",
        "A name is `[a-z_][a-z0-9_]*`. Engines fold case and quote differently; a name inside this profile means the \
         same in all three, in a shell and in a file name. SQL keywords are fine, since the host always quotes.";
    NAME_LENGTH = "WH0211", "a name is empty or too long",
        "A name has 1 to 63 bytes. PostgreSQL cuts longer ones without an error, so that two of them can become one.";
    NAME_RESERVED = "WH0212", "an engine keeps this name for itself",
        "Engines have names of their own: `pg_` schemas, system columns, ClickHouse's virtual columns, Milvus' \
         `_default` partition. An object under such a name is refused by the engine, or hides the engine's own.";
}
