//! A table or a view as a file: the statement that makes it.

use crate::definition::Object;
use crate::document::{self, Document};

/// The statement as a script.
pub(super) fn document(object: &Object, statement: &str) -> Document {
    document::of_sql(object, &format!("{};\n", document::visible_clickhouse(statement)))
}
