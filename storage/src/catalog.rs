//! All objects of one target, wanted or found: the same type for both, so that one function compares them.
//!
//! An object is a [`Shape`]: its parts (columns, keys, indexes, partitions, properties) and, for each, facts as
//! canonical text. Every fact comes from the same parsers and the same rendering on both sides, so that text is compared
//! only after it has become a value. What a server says and we cannot parse is kept as [`Fact::Opaque`], which equals
//! nothing. Beside the shape stand digests of the words it was made of, the author's or the server's: a mark says whether they
//! are those of the last time.

use crate::definition::{Backend, HOST_MODEL, ObjectKind, ObjectName};
use crate::mark::{Mark, MarkState};
use crate::name::Name;
pub use crate::part::{Digest, Digests, PartKey, PartKind, digest_of, hex};
use crate::relation::shared_namespace;
use crate::target::Deployment;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};

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

/// Texts by part and fact. A text that says nothing is left out.
pub type Texts = BTreeMap<PartKey, BTreeMap<&'static str, String>>;

/// Adds a text, unless it says nothing.
pub fn put_text(texts: &mut Texts, part: PartKey, fact: &'static str, text: impl Into<String>) {
    let text = text.into();
    if !text.is_empty() {
        texts.entry(part).or_default().insert(fact, text);
    }
}

/// The parts of an object.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Parts by key.
    pub parts: BTreeMap<PartKey, Facts>,
    /// Its columns in their order, where they have one.
    pub order: Vec<String>,
    /// Of what was found: the server's own text of each fact that is open, unparsed. A server may write these in any way
    /// (expressions, defaults): one that our reading takes for another value may still be what it made of our text.
    pub open: Texts,
}

/// By value.
impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts && self.order == other.order
    }
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

/// An object of a catalog.
#[derive(Debug, Clone)]
pub struct CatalogObject {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its parts.
    pub shape: Shape,
    /// Our mark, or what stands where it should.
    pub mark: MarkState,
    /// Of the server's own words for each part.
    pub answers: Digests,
}

impl CatalogObject {
    /// Digest of everything that the server said of it but its mark.
    pub fn seen(&self) -> String {
        let answers: Vec<_> = self.answers.iter().map(|(part, digest)| (part, digest.0)).collect();
        digest_of(&(self.kind, answers))
    }

    /// Whether everything that the mark remembers stands as it was read back. None: it was not read back, or an older host
    /// wrote the mark.
    pub fn is_unchanged(&self, mark: &Mark) -> Option<bool> {
        if mark.parts.is_empty() {
            return None;
        }
        let known = |key: &PartKey| mark.parts.get(key).map(|known| known.answered);
        let remembered: Vec<_> = self.answers.iter().filter_map(|(key, answer)| Some((known(key)?, answer))).collect();
        if remembered.iter().any(|(known, _)| known.is_none()) {
            return None;
        }
        let same = remembered.iter().all(|(known, answer)| known.as_ref() == Some(*answer));
        let order = PartKey::only(PartKind::Order);
        Some(same && remembered.len() + usize::from(known(&order).is_some()) == mark.parts.len())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_says_nothing_is_none() {
        let object = || PartKey::only(PartKind::Object);
        let mut texts = Texts::new();
        put_text(&mut texts, object(), "order by", "");
        assert_eq!(texts, Texts::new());
        put_text(&mut texts, object(), "order by", "id");
        put_text(&mut texts, object(), "primary key", "id");
        assert_eq!(texts.values().map(BTreeMap::len).collect::<Vec<_>>(), [2]);
    }
}
