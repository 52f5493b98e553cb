//! WH08, engines.

codes! {
    TOO_OLD = "WH0801", "the server is older than what is supported",
        "Older servers lack what the plan is made of, or take it and ignore it. Nothing is planned for one. Upgrade the server: TimescaleDB 2.13, ClickHouse 23.8 and Milvus 2.3 are the oldest.";
    TOO_NEW = "WH0802", "the server is newer than what is known",
        "The server's version came out after this tool. Plans are made as for the newest version that is known, and the second look after an apply shows whether the server understood them alike.";
    NO_STORAGE_POLICY = "WH0803", "the ClickHouse server has no storage policy `whale`",
        "Tables are made with the storage policy `whale`, whose volumes tiers use later; see storage/local for a configuration. Without it they are made on the server's default policy, and have to be moved to another one before they can have tiers.";
}
