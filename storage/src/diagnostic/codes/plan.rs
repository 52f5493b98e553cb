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
        "The object carries the mark of one that is defined under another name: somebody renamed or copied it in the database, or the definition has a new name now. Renames are not carried out yet, and a second object under the new name, without the rows, is not what anybody meant: the plan is refused. Rename the object in the database before applying. Where both names are there already, look which one holds the rows.";
    NAME_TAKEN = "WH0707", "the name of an index or a key is taken",
        "Tables, aggregates and indexes of a PostgreSQL schema share one space of names, and an index stands behind every primary key and unique constraint. Another relation has the name that the plan would give, such as the key of a table that somebody renamed. Rename that one, or give the index or constraint another name.";
    NAMESPACE_NOT_OURS = "WH0708", "a namespace that others made",
        "A schema or database of that name exists and carries no mark of ours: an application or an administrator made it. A model's name opens nothing: such a namespace is entered only by a grant that names it, `namespaces = [\"NAME\"]` in [plugins.PLUGIN] of whale.toml. Where an older version of this tool has put objects into it, these stay as they are and a warning says so until it is granted.";
    OTHER_PLUGIN = "WH0709", "the model is another plugin's",
        "Objects of the model carry the mark of another plugin, and a model has one plugin: whoever says that it belongs to the model has its role and its namespaces. Give this plugin a model of its own. If it takes the other's place, bind it to the model in whale.toml: `model = \"MODEL\"` in [plugins.PLUGIN].";
    UNSUPPORTED_CHANGE = "WH0710", "a change that this version cannot carry out",
        "This version makes objects and adds to them: columns, indexes, partitions, properties and comments. Every other difference is shown and refused by name, and nothing of the plan is carried out. Change the definition back, or give the object a new name.";
    HAZARD = "WH0711", "a step is dangerous and was not allowed",
        "Dangerous steps are refused until their hazard is allowed by name: --allow ExclusiveLock. The message says which hazards the plan has and on which objects.";
    OPERATION = "WH0712", "an operation that was not granted",
        "A plugin says in its requests what it wants done (create, alter), and gets of that what whale.toml grants it. The plan needs more than that.";
    CLAIMED_PART = "WH0713", "a part of that name exists and is not ours",
        "An object of ours has a column, index, constraint or partition that somebody else made, and the definition now names one like it, with other properties. One that is as defined is taken over without a change. This one is left as it is: change it in the database, take it away there, or give the defined one another name.";
    FIXED_PART = "WH0714", "a part that stays as it is",
        "The definition says it otherwise than it stands, and the engine has no way to change it on what exists: the order of a PostgreSQL table's columns, the description of a Milvus collection or field. No row and no query of names depends on it. It is said once; from then on the definition counts as carried out.";
    SERVER_REFUSES = "WH0715", "the server would refuse what is defined",
        "Before a plan is shown the server is asked, in reading queries and in a transaction that is rolled back, what it makes of each new or changed expression, default and type. It would not take this one, so that an apply would stop in the middle. The message is the server's.";
    UNDECIDED = "WH0716", "the server was not asked",
        "A plan asks the server what it makes of new and changed expressions. It was not asked (`--offline`), or could not say, such as one that may only be read. An apply then finds out, and stops at the first statement that is refused.";
    NO_TARGET = "WH0720", "a definition needs an engine that has no target",
        "The plugin defines objects for an engine, and neither whale.toml nor the environment names a server of that kind.";
    OTHER_DEPLOYMENT = "WH0721", "it belongs to another deployment",
        "Marks name the deployment that made an object, a namespace or a role: `deployment` in whale.toml, else the target's prefix without its last `_`, else `main`. What another deployment made on the same server is a stranger's. Give the target a prefix, so that the two stay apart; or, if they are one, give both files the same `deployment`.";
    PREFIX_IN_USE = "WH0722", "the name begins with another deployment's prefix",
        "A deployment with a prefix puts it before the names of all its namespaces and models. A name that begins with it, of a deployment that has another prefix or none, could be taken for one of those. The prefixes in use are read from the version tables on the server; where several fit, the longest one counts.";
}
