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
    TIME_ZONE = "WH0309", "not a time zone on the list",
        "Time zones are the names of the IANA database, spelled as there, and a literal: in types, in arguments of \
         functions, in buckets. To ClickHouse a zone is the name of a file, which it opens each time; a zone of a column \
         or an expression, another spelling, and an offset are refused.";
    FUNCTION_LITERAL = "WH0310", "an argument of a function is not a literal of its list or within its bounds",
        "Some arguments are no values but a name, a size or a format to the server: a field, a unit, a number of digits or \
         bytes, the parameters of an aggregate. Each is written as a literal, from a list or within bounds. \
         docs/arguments.md says of every function what was looked at.";
    PATTERN = "WH0311", "a regular expression that is dear to compile",
        "Servers compile regular expressions, some of them once a row, and counted repetitions multiply: \
         `(a{1,200}){1,200}` has 40,000 states. A regular expression is a literal of at most 512 bytes and 2,000 states, \
         without references back to what it matched.";
    RESULT_SIZE = "WH0312", "the result of an expression can be too large",
        "A server computes constants when a table is made, and the rest for every row: eight `replaceAll` in each other \
         make 200 MB of ten letters. Each function says how its result grows; a column counts as 256 bytes, or as what its own \
         expression, or the view that fills it, can give. A result may have 64 KiB, all of an expression 1 MiB, and all \
         computed columns of a table 4 MiB.";
    STATE_VALUE = "WH0313", "a state of an aggregate is made of something else",
        "A state, `AggregateFunction(..)`, is memory of the server. It reads bytes that are cast to one as they are, with \
         whatever sizes they claim: a few bytes allocate gigabytes. States come from aggregates in a view, such as \
         `avgState(x)`, or stay as they are; a column of states takes no default and nothing is cast to one.";
    ZERO_DIVISOR = "WH0314", "a division by 0",
        "Every row would fail, or the statement that makes the table. A constant divisor is one of which it is seen that it \
         is not 0.";
    MOMENT = "WH0315", "a point in time that is fixed when the definition is carried out",
        "PostgreSQL reads `now`, `today`, `tomorrow` and `yesterday` as a point in time when it makes the table: every row \
         gets that same one, and each later look at the definition another. Call `now()` or `current_date`. \
         Where the other side may be a time, a text of these words needs `cast('..' as text)`.";
    NUMBER_BOUNDS = "WH0316", "a number is out of bounds",
        "A number of PostgreSQL has at most 100 digits when it is written out; in ClickHouse an integer has up to 64 bits and \
         any other number is a Float64. Beyond that a server stores another number than was written, or a hundred \
         thousand digits.";
    OPERAND_TYPE = "WH0317", "an operator or a function does not take values of these types",
        "Expressions are typed without a server: each operator and each function on the lists says which types it takes. A \
         number is not compared with a text, a symbol is not subtracted, a month is not taken out of a text. Cast a value to \
         the type that is meant. Where a type is not surely known, nothing is said.";
    VALUE_TYPE = "WH0318", "a value is of another type than its place",
        "A default, a computed column or an output of a view is stored in a column, which takes values of some types only: \
         what PostgreSQL assigns without a cast, what ClickHouse converts. A check, a filter and a condition are truths.";
    UNREADABLE = "WH0319", "a literal cannot be read as the type that is needed",
        "A text in quotes is read as what it is needed as, such as a day, a number or JSON, and a server does so when the object \
         is made: `'yesterday-ish'` is no point in time, and `1e400000` is more than `numeric` holds. ClickHouse computes calls \
         of constants, too, and refuses the definition where one fails.";
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
    SETTING_PLACE = "WH0328", "a value depends on a setting of the server",
        "What PostgreSQL stores beside a row, in an index, a generated column or a continuous aggregate, must be the same for \
         every session. The zone of a session is in it where a `timestamptz` is cut, moved by days or turned into a day or a \
         text. Name the zone: `at time zone 'UTC'`, `date_trunc('day', at, 'UTC')`.";
}
