//! WH03, types and expressions.

codes! {
    TYPE_SYNTAX = "WH0301", "a type, engine or codec does not parse",
        "Types are written in the engine's own grammar and parsed to the end. Nothing is passed on as text.";
    TYPE_UNKNOWN = "WH0302", "a type is not on the engine's list",
        "The host knows a closed list of types for each engine, so that it can compare them with what the server says. \
         A type outside it is refused, not passed on.";
    TYPE_ARGUMENT = "WH0303", "an argument of a type is out of range",
        "Lengths, precisions, dimensions and capacities have bounds in each engine. The host checks them before a \
         server is asked, since some servers accept what they cannot use later.";
    TYPE_COMBINATION = "WH0304", "types do not go together",
        "Some types cannot hold others: ClickHouse has no Nullable array and no LowCardinality of a type that is \
         already small; Milvus arrays hold scalars only.";
    TABLE_ENGINE = "WH0305", "not a table engine that the host carries out",
        "Tables are of the MergeTree family. Replication is a property of the deployment, not of a definition.";
    CODEC = "WH0306", "a codec does not fit",
        "A codec chain holds preparing codecs first and at most one compressing codec last; Delta, DoubleDelta, \
         Gorilla, FPC and T64 need a column whose values have a fixed width.";
    SKIP_INDEX = "WH0307", "a skip index kind is unknown or has wrong arguments",
        "ClickHouse checks some arguments of a skip index only when a part is written. The host checks them before.";
    VECTOR_INDEX = "WH0308", "a Milvus index, metric or parameter does not fit",
        "Milvus 2.3 accepts index parameters that are out of range and fails when it builds. The host checks kind, \
         metric, type and range together.";
    EXPRESSION_SYNTAX = "WH0320", "an expression does not parse",
        "Expressions are of one small language: literals, columns, operators, in, between, like, is null, case, casts, \
         intervals and calls. They are parsed to the end.";
    EXPRESSION_SIZE = "WH0321", "text is too long or nested too deep",
        "A type or an expression has at most 4,096 bytes, 40 open brackets and 40 operators that depend on each \
         other. More is a mistake or an attack on the parser.";
    EXPRESSION_COMMENT = "WH0322", "a comment stands in an expression",
        "Comments are where two parsers disagree first. Say it in the comment of the column or the object.";
    EXPRESSION_REFUSED = "WH0323", "a construct is outside the expression language",
        "Subqueries, placeholders, several statements, window functions, lambdas and other tables' columns are not part \
         of the language. What cannot be expressed is refused, never passed through.";
    FUNCTION_UNKNOWN = "WH0324", "a function is not on the engine's list",
        "Only listed functions are called. A function may read files, open connections or run for ever; the list holds \
         those that compute a value from their arguments.";
    FUNCTION_PLACE = "WH0325", "a function is not allowed in this place",
        "Aggregates stand only where rows are grouped. What an index, a key, a check or a generated column holds must \
         depend on the row alone, so functions of time or chance are refused there.";
    FUNCTION_ARGUMENTS = "WH0326", "a function has the wrong number of arguments",
        "The number of arguments is checked against the list, so that the mistake shows before an engine is asked.";
    COLUMN_PLACE = "WH0327", "a column is named where none can be",
        "A default of PostgreSQL or Milvus is computed without a row. Use a generated column instead.";
}
