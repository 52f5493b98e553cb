//! All objects of one target, wanted or found: the same type for both, so that one function compares them.
//!
//! An object is a [`Shape`]: its parts (columns, keys, indexes, partitions, properties) and, for each, facts as
//! canonical text. Every fact comes from the same parsers and the same rendering on both sides, so that text is compared
//! only after it has become a value. What a server says and we cannot parse is kept as [`Fact::Opaque`], which equals
//! nothing.

use crate::definition::{Backend, HOST_MODEL, ObjectKind, ObjectName};
use crate::mark::MarkState;
use crate::name::Name;
use crate::relation::shared_namespace;
use crate::target::Deployment;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
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

/// One fact about a part.
#[derive(Debug, Clone)]
pub enum Fact {
    /// Canonical text.
    Known(String),
    /// What the server said, where our model cannot parse it. Equals nothing, not even itself.
    Opaque(String),
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        matches!((self, other), (Fact::Known(a), Fact::Known(b)) if a == b)
    }
}

impl Fact {
    /// The text, known or not.
    pub fn text(&self) -> &str {
        match self {
            Fact::Known(text) | Fact::Opaque(text) => text,
        }
    }
}

impl<T: Into<String>> From<T> for Fact {
    fn from(text: T) -> Self {
        Fact::Known(text.into())
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Fact::Known(text) => serializer.serialize_str(text),
            Fact::Opaque(text) => serializer.collect_str(&format_args!("opaque: {text}")),
        }
    }
}

/// The facts of a part, by name. A fact that is off (no default, not unique) is left out.
pub type Facts = BTreeMap<&'static str, Fact>;

/// The parts of an object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// Parts by key.
    pub parts: BTreeMap<PartKey, Facts>,
}

impl Shape {
    /// Adds a part, or facts to a part that is there.
    pub fn put<V: Into<Fact>>(&mut self, key: PartKey, facts: impl IntoIterator<Item = (&'static str, V)>) {
        self.parts.entry(key).or_default().extend(facts.into_iter().map(|(name, value)| (name, value.into())));
    }

    /// Adds a comment, where there is one.
    pub fn put_comment(&mut self, key: PartKey, comment: &str) {
        if !comment.is_empty() {
            self.put(key, [("text", comment)]);
        }
    }

    /// Digest of all parts: 32 hexadecimal digits.
    pub fn digest(&self) -> String {
        let parts: Vec<_> = self.parts.iter().collect();
        digest_of(&parts)
    }
}

/// Digest of a value's JSON: the first 128 bits of its SHA-256, in hexadecimal digits.
pub fn digest_of<T: Serialize>(value: &T) -> String {
    // Our own types serialise without fail: no map has a key that is not text.
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    hex(Sha256::digest(bytes).as_slice().get(..16).unwrap_or_default())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An object of a catalog.
#[derive(Debug, Clone)]
pub struct CatalogObject {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its parts.
    pub shape: Shape,
    /// Our mark, or what stands where it should.
    pub mark: MarkState,
    /// Digest of everything the server said of it but its mark; empty on the wanted side.
    pub seen: String,
}

/// The role of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogRole {
    /// Our mark, or what stands where it should.
    pub mark: MarkState,
    /// What limits it: settings that we know, whoever set them.
    pub limits: Shape,
    /// Which of them are ours.
    pub held: BTreeSet<String>,
}

/// All objects of a target.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// Kind of database.
    pub backend: Backend,
    /// Namespaces that exist, each with its mark.
    pub namespaces: BTreeMap<Name, MarkState>,
    /// Roles of models that exist, by name. Empty where the engine has none.
    pub roles: BTreeMap<Name, CatalogRole>,
    /// Why no model can be limited on this target, where none can.
    pub unlimited: Option<String>,
    /// How many nodes each group has that collections can be loaded on; empty where it was not asked for.
    pub nodes: BTreeMap<String, u32>,
    /// Namespaces each of our roles may make objects in.
    pub role_namespaces: BTreeSet<(Name, Name)>,
    /// Objects, strangers included.
    pub objects: BTreeMap<ObjectName, CatalogObject>,
    /// The prefixes in use on the server, each with the deployment whose version table carries it; empty where the mark of
    /// that table names none.
    pub deployments: BTreeMap<String, String>,
    /// Of the names that were asked for, each with its schema, what has them, in words; of several kinds of things.
    pub taken: BTreeMap<(Name, Name), Vec<Found>>,
}

/// What has a name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In a sentence: `the index of legal.daily`.
    pub what: String,
    /// Whether it is a type, which stands in the way of tables and views only.
    pub is_type: bool,
}

impl Catalog {
    /// Notes a version table of whale-host: the namespace it is in, and its mark. Any other mark says nothing.
    pub fn note_deployment(&mut self, namespace: &str, mark: &MarkState) {
        let prefix = namespace.strip_suffix(shared_namespace(self.backend));
        if let (Some(prefix), Some(mark)) = (prefix, mark.mark().filter(|mark| mark.model == HOST_MODEL)) {
            self.deployments.insert(prefix.to_owned(), mark.deployment.clone());
        }
    }

    /// The catalog as a deployment sees it: what carries another's mark is a stranger's.
    #[must_use]
    pub fn within(mut self, deployment: &Deployment) -> Self {
        let prefixes: Vec<String> = self.deployments.keys().cloned().collect();
        let applied = deployment.prefix.is_empty() || self.deployments.contains_key(&deployment.prefix);
        // A mark of an older host is this deployment's where no other's prefix fits its name better.
        let ours = |name: &str| {
            let others = prefixes.iter().filter(|prefix| name.starts_with(prefix.as_str()));
            applied
                && name.starts_with(&deployment.prefix)
                && others.map(String::len).max() <= Some(deployment.prefix.len())
        };
        let see = |mark: &mut MarkState, name: &str| {
            *mark = std::mem::replace(mark, MarkState::Absent).within(deployment, ours(name));
        };
        self.namespaces.iter_mut().for_each(|(name, mark)| see(mark, name.as_str()));
        self.objects.iter_mut().for_each(|(name, object)| see(&mut object.mark, name.namespace.as_str()));
        for role in self.roles.values_mut() {
            let model = role.mark.mark().map(|mark| mark.model.clone()).unwrap_or_default();
            see(&mut role.mark, &model);
        }
        self
    }

    /// A catalog with nothing in it.
    pub fn empty(backend: Backend) -> Self {
        Self {
            backend,
            namespaces: BTreeMap::new(),
            roles: BTreeMap::new(),
            unlimited: None,
            nodes: BTreeMap::new(),
            role_namespaces: BTreeSet::new(),
            objects: BTreeMap::new(),
            deployments: BTreeMap::new(),
            taken: BTreeMap::new(),
        }
    }
}
