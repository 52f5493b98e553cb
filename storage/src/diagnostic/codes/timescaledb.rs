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
    OPERATOR_CLASS = "WH0405", "an index method that does not take such a key",
        "Each index method takes the types that it has an operator class for: gin takes arrays and jsonb, brin what has an order \
         and is no boolean, btree and hash everything but json, and gist none of the types of a definition. Operator classes of \
         extensions, such as btree_gist, are not counted on: a plugin asks for no extension.";
    NULLABLE = "WH0406", "a column takes null where no null can be",
        "PostgreSQL makes the columns of a primary key NOT NULL, and TimescaleDB the time column of a hypertable, whatever the \
         definition says. Write what will be: make the column not null.";
    GENERATED = "WH0407", "a generated column is computed from another one",
        "PostgreSQL computes generated columns from the columns that are stored as they come, in no order: none of them names \
         another one, or itself. Repeat the expression of the other one.";
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
    INTERNAL_NAME = "WH0431", "a name that TimescaleDB gives by itself",
        "TimescaleDB keeps chunks, and what stands behind continuous aggregates, in a schema of its own, and the indexes of aggregates are there, too: one called `_hyper_1_7_chunk` would stop every insert into the chunk of that name, whoever's table it is. The index of an aggregate does not begin with `_`, `bgw_`, `compress_hyper_`, `compressed_chunk_` or `hypertable_`.";
    CHUNK_CONSTRAINT = "WH0432", "a check constraint that chunks have by themselves",
        "Each chunk of a hypertable has constraints `constraint_1`, `constraint_2` and so on for its ranges, and those of the table beside them. A check constraint of such a name stops every insert into the chunk whose number it is. Give it another name.";
    OWN_NAME = "WH0433", "the index of an aggregate has the aggregate's name",
        "The index of a continuous aggregate lies in another schema than the aggregate. Under one name the two cannot be told apart by whoever names them without a schema. Give the index another name, or none.";
}
