//! WH04, rules of TimescaleDB.

codes! {
    KEY = "WH0401", "a key that cannot be",
        "A primary key or unique constraint names 1 to 32 columns of its table, each once.";
    FOREIGN_KEY = "WH0402", "a foreign key that cannot be",
        "A foreign key references the primary key or a unique constraint of a table of the same plugin, column by column, with equal types. TimescaleDB has no foreign key between two hypertables.";
    INDEX = "WH0403", "an index that cannot be",
        "Only btree indexes have an order or can be unique; a hash index has one key; further columns are stored by btree and gist indexes only.";
    IDENTITY = "WH0404", "an identity column of the wrong type",
        "Numbers of an identity column come from a sequence: the column is smallint, integer or bigint.";
    HYPERTABLE = "WH0410", "a hypertable that cannot be",
        "A hypertable is cut into chunks by a column of a time type and a width in fixed units, or by an integer column and a number. Hashed dimensions have 1 to 32,767 partitions.";
    UNIQUE_WITHOUT_TIME = "WH0411", "a unique key of a hypertable lacks a partitioning column",
        "TimescaleDB keeps keys unique within a chunk. A primary key, unique constraint or unique index of a hypertable therefore holds the time column and every hashed dimension.";
    COLUMNSTORE = "WH0412", "a columnstore that cannot be",
        "Only hypertables are compressed. A column is either segmented by or ordered by, and the time column is ordered by.";
    AGGREGATE = "WH0420", "a continuous aggregate that cannot be",
        "A continuous aggregate reads a hypertable by its time column, or another aggregate by its bucket, whose width divides its own. Its columns are grouped by or aggregated.";
    REFRESH = "WH0421", "a refresh policy that cannot be",
        "The window between start and end offset holds at least two buckets; TimescaleDB refuses a narrower one.";
    VERSION = "WH0430", "needs a newer TimescaleDB",
        "The definition was judged against a version that lacks this. Name the server's version with --against, or in whale.toml.";
}
