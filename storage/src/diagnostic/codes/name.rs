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
    DATABASE_NOT_ASKED = "WH0220", "a database that the plugin did not ask for",
        "A plugin says in its requests which databases it defines objects in. One that defines more is lying or forgot to say so.";
    NAMESPACE_NOT_GRANTED = "WH0221", "a namespace that was not granted",
        "A plugin's objects live in the namespace named after its model. Others are asked for in its requests and granted in whale.toml, by exact names.";
    OTHER_PLUGIN = "WH0222", "a reference to another plugin's object",
        "Objects of another plugin can be named once sharing is carried out. Until then a reference stays within the plugin.";
    UNKNOWN_OBJECT = "WH0223", "a reference to an object that is not defined",
        "Foreign keys, sources and targets name objects by their id, of the same plugin and the same database.";
    UNKNOWN_COLUMN = "WH0224", "a column that is not defined",
        "Keys, indexes and expressions name columns of their own table, or of the source they read.";
    TWICE = "WH0225", "a name or id is used twice",
        "Names differ within what holds them: columns of a table, constraints of a table, tables and indexes of a PostgreSQL schema, ids of a plugin.";
    RENAME = "WH0226", "a rename, which is not carried out yet",
        "`was` names former names of a column. This version does not rename; it refuses rather than add a column and leave the old one behind.";
    COLUMN_COUNT = "WH0227", "too few or too many columns",
        "A table has at least one stored column, and at most as many as its engine takes.";
    COMMENT = "WH0228", "a comment that cannot be kept",
        "Comments are at most 16,384 bytes, hold no NUL character, and no line of an object's comment begins with `whale:`, since the mark of an object is such a line.";
    TOO_MANY_PARTS = "WH0229", "an object has too many parts",
        "An object has at most 2,000 keys, checks, indexes, settings, partitions and the like, each. No engine has use for more, and since they are compared with each other, more would cost the time of whoever judges them. Engines have lower bounds of their own.";
    PLUGIN_VERSION = "WH0230", "a plugin's version that is none",
        "Plugins are versioned by semantic versioning: 1.4.0.";
    PARAMETER = "WH0231", "a parameter that contradicts itself",
        "A parameter's default is of its kind and within its range.";
    ARGUMENT = "WH0232", "a parameter was given a value it does not take",
        "Values come from --set and whale.toml, and are checked against what the plugin says it takes before the plugin is asked.";
    ENGINE_NOT_GRANTED = "WH0233", "an engine that was not granted",
        "A plugin may be granted only some of the engines, and `[ceiling]` bounds every plugin: `engines = [\"clickhouse\"]` in [plugins.NAME] or [ceiling] of whale.toml, or of the file that --grants names. Without that key, all three.";
    MODEL_NOT_GRANTED = "WH0234", "the plugin is bound to another model",
        "Whoever says that it belongs to a model has that model's namespaces and its role. `model = \"MODEL\"` in [plugins.NAME] of whale.toml, or of the file that --grants names, binds a plugin to one model, whatever a later version of it claims. This one claims another: take the plugin that is meant, or correct that line.";
    ABOVE_GRANT = "WH0235", "a definition larger than was granted",
        "Keys of [plugins.NAME], for one plugin, and of [ceiling], for all, bound what a plugin defines; the lower one holds. \
         Of the plugin as a whole: `max_objects` (256 where [plugins.NAME] does not say it), `max_loaded_shards` of \
         collections that are kept loaded (64), `max_job_runs` an hour of all jobs (3,600). Of one object: `max_columns`, \
         `max_partitions` (1,024), `max_dimension` of one vector, `max_vector_dimensions` of all its vectors (32,768). Each of \
         the defaults can be raised.";
    IMPLIED = "WH0236", "a name that the server gives by itself is given again",
        "PostgreSQL names some things by itself: the sequence of an identity column `id` of a table `n` is `n_id_seq`, and from version 18 on what keeps nulls out of it is the constraint `n_id_not_null`. A table, an index or a key of that name meets it, at once or when the other one is made first. Give it another name.";
    MEETS = "WH0237", "a name that another definition takes",
        "Tables, aggregates, indexes and sequences of a PostgreSQL schema share one space of names, whichever plugins define them, and the indexes of all continuous aggregates are in one schema of TimescaleDB. Two definitions give the same name there. Give one of the two another name; an index that is given none has a name that meets no other.";
    HOST_NAME = "WH0238", "a name of the host's own table",
        "`schema_version` in `public` of PostgreSQL, and in `default` of ClickHouse and Milvus, is the host's own table, and its key is `schema_version_pkey`. No plugin makes an object of that name there, whatever it was granted.";
    MODEL_KEPT = "WH0240", "a name that no model can have",
        "The name of a model is the name of its namespaces and of its role. `public` and `default` are everybody's namespaces, \
         and engines keep names for themselves; a plugin that is to work in `public` or `default` has a model of its own, asks \
         for that namespace, and is granted it by name.";
    MODEL_OF_ANOTHER = "WH0241", "a model that whale.toml gives to another plugin",
        "`model = \"NAME\"` in [plugins.OTHER] of whale.toml binds the other plugin to this model: its namespaces and its role \
         are that plugin's alone. Give this plugin a model of its own, or move the line.";
}
