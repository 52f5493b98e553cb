//! Parts of objects: what names them, and what is remembered of the words that were said of them.
//!
//! A mark keeps two short digests of each part: of the author's own words for it, and of the server's. Neither is compared with
//! the other; each only says whether the same was said before. Where they differ, values decide.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// Kinds of parts, in the order in which they are made and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    /// What the object is as a whole: engine, keys, query, flags. Its name is empty.
    Object,
    /// A column or field.
    Column,
    /// The primary key of a PostgreSQL table.
    PrimaryKey,
    /// A unique constraint.
    Unique,
    /// A check constraint.
    Check,
    /// A foreign key.
    ForeignKey,
    /// What makes a table a hypertable.
    Hypertable,
    /// A hashed dimension of a hypertable.
    Dimension,
    /// Compression of a hypertable.
    Columnstore,
    /// An index.
    Index,
    /// When a continuous aggregate is refreshed.
    Refresh,
    /// A partition of a collection.
    Partition,
    /// A setting of a table or a property of a collection.
    Property,
    /// The author's comment on the object.
    Comment,
    /// The comment on a column; its name is the column's.
    ColumnComment,
    /// Whether a collection is loaded, and how.
    Load,
    /// What a role may use.
    Setting,
    /// A clause that our definitions do not have, such as a TTL; its name says which, and of what.
    Clause,
    /// The order of the columns.
    Order,
}

impl PartKind {
    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            PartKind::Object => "definition",
            PartKind::Column => "column",
            PartKind::PrimaryKey => "primary key",
            PartKind::Unique => "unique constraint",
            PartKind::Check => "check constraint",
            PartKind::ForeignKey => "foreign key",
            PartKind::Hypertable => "hypertable",
            PartKind::Dimension => "dimension",
            PartKind::Columnstore => "columnstore",
            PartKind::Index => "index",
            PartKind::Refresh => "refresh policy",
            PartKind::Partition => "partition",
            PartKind::Property => "property",
            PartKind::Comment => "comment",
            PartKind::ColumnComment => "comment on column",
            PartKind::Load => "load state",
            PartKind::Setting => "setting",
            PartKind::Clause => "clause",
            PartKind::Order => "order of columns",
        }
    }
}

/// Names a part of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PartKey {
    /// Its kind.
    pub kind: PartKind,
    /// Its name; empty where an object has at most one.
    pub name: String,
}

impl PartKey {
    /// A part with a name.
    pub fn new(kind: PartKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// The one part of its kind.
    pub fn only(kind: PartKind) -> Self {
        Self::new(kind, "")
    }
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.title())?;
        if self.name.is_empty() { Ok(()) } else { write!(f, " {}", self.name) }
    }
}

/// Digest of what was said: the first 64 bits of the SHA-256 of its JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; Digest::BYTES]);

impl Digest {
    /// How many bytes it has. A second text with the digest of a given one takes 2^64 tries to find.
    pub const BYTES: usize = 8;

    /// Of a value.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        let mut bytes = [0; Self::BYTES];
        bytes.iter_mut().zip(sha256(value)).for_each(|(to, from)| *to = from);
        // None stands for "not read back yet" in a mark.
        if bytes == [0; Self::BYTES] { Self([1; Self::BYTES]) } else { Self(bytes) }
    }
}

/// Digests by part.
pub type Digests = BTreeMap<PartKey, Digest>;

fn sha256<T: Serialize + ?Sized>(value: &T) -> [u8; 32] {
    // Our own types serialise without fail: no map has a key that is not text.
    Sha256::digest(serde_json::to_vec(value).unwrap_or_default()).into()
}

/// Digest of a value's JSON: the first 128 bits of its SHA-256, in hexadecimal digits.
pub fn digest_of<T: Serialize + ?Sized>(value: &T) -> String {
    hex(sha256(value).get(..16).unwrap_or_default())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
