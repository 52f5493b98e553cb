//! WH02, names, references and confinement.

codes! {
    CLAIMED_TWICE = "WH0201", "two definitions claim one object",
        "An object has one owner. Two plugins, or two definitions of one plugin, name the same object of the same namespace. Rename one of them.";
}
