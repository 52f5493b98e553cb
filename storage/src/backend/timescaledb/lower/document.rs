//! A table or an aggregate as a file: the statements that make it.

use crate::definition::Object;
use crate::document::{self, Document};

/// The statements as a script. What is set for one transaction needs one.
pub(super) fn document(object: &Object, statements: &[String]) -> Document {
    let whole = statements.iter().any(|statement| statement.starts_with("SET LOCAL "));
    let begin = whole.then_some("BEGIN").into_iter();
    let end = whole.then_some("COMMIT").into_iter();
    let all: Vec<String> = begin
        .chain(statements.iter().map(String::as_str))
        .chain(end)
        .map(|statement| format!("{};\n", document::visible_postgres(statement)))
        .collect();
    document::of_sql(object, &all.join("\n"))
}
