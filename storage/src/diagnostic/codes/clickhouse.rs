//! WH05, rules of ClickHouse.

codes! {
    KEY = "WH0501", "a key that cannot be",
        "Sorting, primary and partition keys hold stored columns that take no null; the primary key is a beginning of the sorting key.";
    ENGINE = "WH0502", "an engine whose columns do not fit",
        "A ReplacingMergeTree's version is an unsigned integer, date or time; a sign is Int8. An engine that merges rows needs a sorting key to merge by.";
    SETTING = "WH0503", "a setting that a definition may not give",
        "Settings that decide where data lie belong to the deployment, and those that decide when they move to tier policies. The rest is a short list with ranges.";
    SKIP_INDEX = "WH0504", "a skip index that cannot be",
        "The granularity of a skip index is counted in granules and is at least 1.";
    CODEC = "WH0505", "a codec on a column that is not stored",
        "An alias is computed when it is read and has no codec.";
    VIEW = "WH0506", "a materialized view that cannot be",
        "A view reads one table of the plugin and writes into another. Its columns are named as the target's; what is not aggregated is grouped by.";
    SHARDING_KEY = "WH0507", "a sharding key that cannot be",
        "A sharding key is an integer that is computed from columns that are stored: the same for the same row, so that nothing random is taken. Where rows of one key become one row, they must meet on one shard: the sharding key names columns of order_by only.";
    LOCAL_NAME = "WH0508", "the name of the table of a shard is taken",
        "A table with a sharding key has, on a cluster of several shards, its rows in a table of the same name with `_local` behind it. Another object has that name, or it would be longer than 63 bytes. It holds on every deployment, so that a plugin that is accepted on one is accepted on all.";
    SUM_WRAPS = "WH0510", "sums in a narrow integer wrap around",
        "A SummingMergeTree adds values when it merges parts, in the column's own type: two UInt16 of 60,000 become 54,464, without an error. Use 64 bits for what is summed.";
    AVERAGE_SUMMED = "WH0511", "an average is summed",
        "A SummingMergeTree adds every number that is not in its key, averages too. Keep a sum and a count, or use an AggregatingMergeTree.";
    VIEW_STATE = "WH0512", "a view writes something else into a column of states",
        "A column of the type AggregateFunction takes what an aggregate with `State` behind its name gives, or a column of the same type. Anything else the server would read as memory of its own.";
    VIEW_CYCLE = "WH0513", "materialized views in a circle",
        "Each insert into a table runs the views that read it, and their inserts run others. A view whose target feeds its own source, through any number of views, never ends: the server refuses every insert.";
    VIEW_FAN = "WH0514", "one insert runs too many views",
        "Views that read the targets of views multiply: two from each table to the next make a thousand runs of ten tables. At most 256 runs follow from an insert, over all ways.";
    SKIP_SIZE = "WH0515", "the skip indexes of a table are too large together",
        "A filter of a fixed size takes all its bytes in each granule of the index, and a part of one row has one. All such filters of a table have at most 2 MiB together.";
    UNREAD_NAME = "WH0516", "a name that ClickHouse does not read back",
        "ClickHouse stores expressions as text, and writes most names without quotes. It reads a few of them as something else \
         afterwards: a column `not` becomes a negation, `as` in a cast and `cube` or `rollup` at the beginning of a grouping \
         cannot be read at all. A table with such a text keeps the server from starting. The column may be there; it is not \
         used in an expression or a key.";
    CIRCLE = "WH0517", "values of columns that need each other",
        "A default, a materialized column or an alias may name other columns of the row, which are computed first. Of columns in \
         a circle none can be.";
    LOOSE_COLUMN = "WH0518", "a column that merging leaves with any value",
        "An AggregatingMergeTree makes one row of those with one sorting key. States and SimpleAggregateFunction columns are \
         merged; of any other column that is not in the sorting key the value of one of the rows is kept, and nobody says \
         which. Put it into the sorting key, or make it a SimpleAggregateFunction(any, ..), which says what is meant.";
    LOOSE_VIEW = "WH0519", "a view leaves out the sorting key of its target",
        "A table that merges rows does so by its sorting key. A view that gives no value for a column of that key writes the \
         column's default into every row, so that all of them are merged into one. Select the column.";
}
