//! WH06, rules of Milvus.

codes! {
    FIELD = "WH0601", "a field that cannot be",
        "A primary key is INT64 or VARCHAR, without null, default or partition key. Defaults are literals of scalar types.";
    VECTORS = "WH0602", "too few or too many vector fields",
        "Milvus makes no collection without a vector field. Servers before 2.4 take one, newer ones at most ten.";
    INDEX = "WH0603", "an index that cannot be",
        "A field has at most one index, of a kind that fits its type, with a metric for vectors and none for scalars. A loaded collection needs one on every vector field. Milvus 2.3 takes parameters out of range and fails later; they are checked here.";
    PARTITION = "WH0604", "partitions that cannot be",
        "A collection is partitioned by one INT64 or VARCHAR field into a number of partitions, or has partitions by name; not both.";
    SHARDS = "WH0605", "a number of shards out of range",
        "A collection has 1 to 16 shards. It cannot be changed later.";
    PROPERTY = "WH0606", "a property that a definition may not give",
        "Milvus takes any property and ignores most. The list holds those that have an effect.";
    VERSION = "WH0610", "needs a newer Milvus",
        "The definition was judged against a version that lacks this, or takes it without an error and ignores it. Name the server's version with --against, or in whale.toml.";
    INDEX_NAME = "WH0611", "two indexes of a collection have one name",
        "An index of Milvus that is given no name has that of its field. Names of indexes differ within their collection: of two that have one name the server keeps one, or refuses the second in the middle of an apply.";
}
