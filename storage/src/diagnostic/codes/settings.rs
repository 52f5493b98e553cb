//! WH00, the command and its settings.

codes! {
    SETTINGS_UNREADABLE = "WH0001", "the settings file cannot be read",
        "The file that --config names, or whale.toml in the working directory, cannot be opened, is larger than 1 MiB, or is not UTF-8 text. Without --config and without a whale.toml the defaults hold.";
    SETTINGS_SYNTAX = "WH0002", "the settings file is not TOML",
        "The file cannot be parsed. The message names the place. Keys and values are described in docs/settings.md.";
    UNKNOWN_KEY = "WH0003", "a key of the settings file is unknown",
        "A key that is not known is an error, since a grant or a limit with a typing mistake would silently not hold. The nearest known key is named where there is one. docs/settings.md lists all keys.";
    WRONG_TYPE = "WH0004", "a value of the settings file has the wrong type",
        "The key takes a value of another type: text in quotes, a whole number, a list. docs/settings.md names the type of each key.";
    WRONG_VALUE = "WH0005", "a value of the settings file cannot be used",
        "The value has the right type and cannot be meant: a version that is not one, a limit of nought or above the ceiling, two sources for one URL. Limits may be raised up to a ceiling that nothing exceeds.";
    SETTINGS_EXIST = "WH0006", "the settings file is there already",
        "`init` writes a file to begin with, and overwrites none: what stands in it may be nowhere else.";
    NO_SUCH_PLUGIN = "WH0010", "no plugin was found",
        "A path that holds * or ? fits no file, or whale.toml lists no plugin files: `[plugins]` with `files = [\"plugins/*.wasm\"]`. Plugins are files that end in .wasm; in the repository of whale-host, `just plugins` builds those that are there.";
    NO_SUCH_MODEL = "WH0011", "no plugin belongs to the model",
        "--model takes only the plugins of one model, and none of those at hand belongs to it. `whale-host info --all` shows which do.";
    SAME_NAME = "WH0012", "two plugins have the same name",
        "A plugin's name stands for it in whale.toml and before each object's id, so two plugins of one run cannot share it. One of the two files may be an older copy.";
    NOT_LISTED = "WH0013", "the plugin is not listed in whale.toml",
        "On targets of this machine alone, a plugin that nobody listed may define objects in the namespace of its own model. Beyond that, whoever runs the engines decides who may: the plugin needs a table [plugins.NAME], which may be empty, in whale.toml, or in the file that --grants names.";
    UNKNOWN_PARAMETER = "WH0014", "no plugin takes the parameter",
        "A parameter that was set, on the command line or in whale.toml, is none that the plugin names. `whale-host info` shows what a plugin takes.";
    SAME_MODEL = "WH0015", "two plugins are of the same model",
        "A model is one plugin's: its namespace, its role and its targets are that plugin's alone, and what either of two defined would look to the other like something that left the definition. Give one of them a model name of its own, or bring both definitions into one plugin.";
    MODEL_UNKNOWN = "WH0016", "whale.toml names a model that no plugin has",
        "A table [models.NAME] would hold for nothing: none of the plugins of whale.toml belongs to that model. The nearest model is named where there is one; `whale-host info --all` shows each plugin's model.";
    PLUGIN_UNKNOWN = "WH0017", "whale.toml has a table for a plugin that is not there",
        "A table [plugins.NAME] would hold for nothing: none of the files of `plugins.files` says that this is its name. It is an error with --all, since a grant or a parameter with a typing mistake would silently not hold. The nearest plugin is named where there is one.";
    BAD_TARGET = "WH0020", "the address of a target cannot be used",
        "The URL of an engine is missing, cannot be parsed, has a scheme of another engine, or leaves open or contradicts how the connection is protected: beyond this machine TLS is used unless the URL says sslmode=disable. TimescaleDB: postgres://user:password@host:port/database. ClickHouse and Milvus: https://, or http://. In whale.toml it comes from one of url, url_env, url_file and url_command; a password belongs into the latter three. docs/settings.md, Protection and credentials, has the whole of it.";
    BAD_AUTHORITY = "WH0021", "the file that sslrootcert names cannot be used",
        "The URL names a file with the certificates of the authorities that are trusted for this target, and it cannot be read, or holds no certificate in PEM form (-----BEGIN CERTIFICATE-----). The path is relative to the working directory, in the url of whale.toml to that file.";
    SAME_SERVER = "WH0022", "a target of a model's own is a server that is a target already",
        "Two tables of whale.toml lead to the same server (of TimescaleDB: to the same database). One run opens one connection to a target and takes one lock there, so that it would wait for itself; and a model would have a target of its own in name only.";
    SECRET_FILE = "WH0023", "a file for a user's URL holds something else",
        "`setup roles` writes the URL of the user it makes, with a new password, into a file of its own, and takes the password from there when it is run again. The file that is there holds no URL of that user. Nothing was sent.";
    LOCK_UNUSABLE = "WH0030", "whale.lock cannot be used",
        "The file whale.lock beside whale.toml cannot be read, is not one, or an entry is not as it was written, which its digest shows: a merge cut it, or somebody edited it. Take the file back as it was; or remove it, or the entry, and approve the plugins with `whale-host lock update`. To have no lock, remove the file.";
    NOT_LOCKED = "WH0031", "whale.lock does not name this plugin",
        "Where there is a whale.lock, only plugins run whose file it names by SHA-256, under the name, model and version that they say themselves. A file with other content is not run at all. Once it has been reviewed, `whale-host lock update` shows what changes and writes it down.";
    LOCK_WIDENED = "WH0032", "a plugin may do more than whale.lock says",
        "What a plugin may do is what it asks for, is granted, and the ceiling allows. That has become wider since whale.lock was written, by a grant in whale.toml, a ceiling that went, or a plugin that asks for more; and nothing becomes wider by itself. Take it back, or approve it with `whale-host lock update`, which shows the difference. What has become narrower holds at once.";
    LOCK_STALE = "WH0033", "whale.lock names a plugin that is not there",
        "None of the plugins of whale.toml is the one of this entry. `whale-host lock update --all` takes it out; if the plugin is only missing, bring it back.";
    NO_LOCK = "WH0034", "there is no whale.lock",
        "`lock verify` compares plugins with whale.lock, and there is none beside whale.toml. `whale-host lock update` writes one; from then on only what it names is run.";
    STATE_NOT_OURS = "WH0037", "others may change the state folder",
        "The state folder holds the journal, and the key by which compiled plugins are known as our own. One that other users may write to, or that belongs to another user, is not used: whoever can put files there could say what ran, and have machine code loaded. `chmod go-w` on the folder, `chown` it to whoever runs whale-host, or name another with --state or WHALE_STATE. Folders that whale-host makes are for their owner alone (0700).";
    STORAGE_ROOT = "WH0040", "the root of the storage tree cannot be used",
        "The folder that --root or storage_root names is a file, cannot be opened, written to or made, or holds a Cargo.toml: then it is the source of a program, which is no place for data. Name a folder of its own. Nothing was written, and nothing was sent to an engine.";
    IN_THE_WAY = "WH0041", "something stands in the way in the storage tree",
        "Where a folder of the storage tree belongs there is a file or a link, where a file belongs there is a folder or a link, or a folder cannot be written to. No link of the tree is followed, wherever it leads, so that nothing is written outside of it; to have a part of the tree on another disk, mount that disk there. Nothing was written, and nothing was sent to an engine.";
}
