//! Types of columns.

/// A type, as PostgreSQL writes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Type(pub(crate) String);

macro_rules! plain {
    ($($function:ident = $name:literal),* $(,)?) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            pub fn $function() -> Type {
                Type($name.to_owned())
            }
        )*
    };
}

plain! {
    smallint = "smallint", integer = "integer", bigint = "bigint", real = "real",
    double_precision = "double precision", text = "text", boolean = "boolean", date = "date",
    timestamptz = "timestamptz", interval = "interval", uuid = "uuid", jsonb = "jsonb", bytea = "bytea", inet = "inet",
}

/// Text of at most so many characters.
pub fn varchar(most_characters: u32) -> Type {
    Type(format!("varchar({most_characters})"))
}

/// A decimal number of so many digits, some of them after the point.
pub fn numeric(precision: u16, scale: u16) -> Type {
    Type(format!("numeric({precision},{scale})"))
}

/// An array.
pub fn array(of: &Type) -> Type {
    Type(format!("{}[]", of.0))
}

/// Any other type, in PostgreSQL's words. The host parses it.
pub fn other(text: &str) -> Type {
    Type(text.to_owned())
}
