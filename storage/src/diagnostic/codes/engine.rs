//! WH08, engines.

codes! {
    TOO_OLD = "WH0801", "the server is older than what is supported",
        "Older servers lack what the plan is made of, or take it and ignore it. Nothing is planned for one. Upgrade the server: TimescaleDB 2.13, ClickHouse 23.8 and Milvus 2.3 are the oldest.";
    TOO_NEW = "WH0802", "the server is newer than what is known",
        "The server's version came out after this tool. Plans are made as for the newest version that is known, and the second look after an apply shows whether the server understood them alike.";
    NO_STORAGE_POLICY = "WH0803", "the ClickHouse server has no storage policy `whale`",
        "Tables are made with the storage policy `whale`, whose volumes tiers use later; see storage/local for a configuration. Without it they are made on the server's default policy, and have to be moved to another one before they can have tiers.";
    NO_CLUSTER = "WH0810", "the ClickHouse server does not know the cluster",
        "[targets.clickhouse.cluster] in whale.toml names a cluster that is not in system.clusters of the server. Nothing is sent to it. A cluster is a section of remote_servers in the configuration of every host; docs/clusters.md shows one.";
    CLUSTER_DIFFERS = "WH0811", "the cluster is not as it is declared",
        "The server knows the cluster with other shards or hosts than whale.toml says. Tables would be made in a form that does not fit it: rows of each shard to themselves, or no replica where one is expected.";
    NO_KEEPER = "WH0812", "the ClickHouse server cannot use Keeper",
        "Replicated tables, Replicated databases and ON CLUSTER keep what hosts agree on in ClickHouse Keeper or ZooKeeper. The server answers no question about it: none is configured, it cannot be reached, or the user may not read system.zookeeper.";
    NO_MACRO = "WH0813", "the ClickHouse server lacks a macro",
        "Paths and names of replicas are written with macros, as {shard} and {replica}, which each host fills in from its own configuration. The server that was asked has not all of them.";
}
