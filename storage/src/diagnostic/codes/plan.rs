//! WH07, planning.

codes! {
    STRANGER = "WH0701", "an object of that name exists and is not ours",
        "Every object that this tool makes carries a mark in the database itself: the last line of its comment, or a property of a Milvus collection. An object without one was made by somebody else. It is reported and never touched. Rename or move it, or define yours in another namespace.";
    OTHER_OWNER = "WH0702", "the object belongs to another model",
        "The mark on the object names another model or another definition. One object has one owner. Give this one another name or another namespace.";
    BROKEN_MARK = "WH0703", "the mark of an object cannot be read",
        "The last line of the object's comment begins like a mark and is not one: somebody wrote over it, or a newer version of this tool did. Until the line is restored the object counts as a stranger's and is left untouched.";
    STRANGE_PART = "WH0704", "an object of ours has a part that is not defined",
        "A column, index or partition was added to the object by somebody else. It is left alone.";
    LEFT_DEFINITION = "WH0705", "an object of ours is no longer defined",
        "Nothing is dropped because it vanished from a definition. The object stays as it is, with its rows.";
    OTHER_NAME = "WH0706", "an object of ours has another name than its definition",
        "The object carries the mark of one that is defined under another name: somebody renamed or copied it in the database, or the definition has a new name now. Renames are not carried out yet. The object stays as it is, with its rows, and the defined one is made where it is missing, without any. To keep the rows under the defined name, rename the object in the database before applying.";
    NAME_TAKEN = "WH0707", "the name of an index or a key is taken",
        "Tables, aggregates and indexes of a PostgreSQL schema share one space of names, and an index stands behind every primary key and unique constraint. Another relation has the name that the plan would give, such as the key of a table that somebody renamed. Rename that one, or give the index or constraint another name.";
    UNSUPPORTED_CHANGE = "WH0710", "a change that this version cannot carry out",
        "This version makes objects and adds to them: columns, indexes, partitions, properties and comments. Every other difference is shown and refused by name, and nothing of the plan is carried out. Change the definition back, or give the object a new name.";
    HAZARD = "WH0711", "a step is dangerous and was not allowed",
        "Dangerous steps are refused until their hazard is allowed by name: --allow ExclusiveLock. The message says which hazards the plan has and on which objects.";
    OPERATION = "WH0712", "an operation that was not granted",
        "A plugin says in its requests what it wants done (create, alter), and gets of that what whale.toml grants it. The plan needs more than that.";
    NO_TARGET = "WH0720", "a definition needs an engine that has no target",
        "The plugin defines objects for an engine, and neither whale.toml nor the environment names a server of that kind.";
}
