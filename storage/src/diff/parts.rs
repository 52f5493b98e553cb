//! The parts of one object, compared three ways: what is asked for, what its mark remembers, and what is there.
//!
//! A part whose words are the author's and the server's of the last time is not looked at: no reading of ours stands between
//! them. A part that the mark does not know, and the definition neither, is a stranger's: told, left alone, and in nobody's
//! way. Everything else is compared by value, and where a value is open, by the server's own words. A mark that knows no
//! parts is an older host's: the object is compared by value once, which is no change of anybody's.

use super::{compare_facts, order, path};
use crate::catalog::{CatalogObject, Digest, Fact, Facts, PartKey, PartKind};
use crate::change::{Cause, ChangedFact, ChangedPart};
use crate::definition::{Backend, ObjectName};
use crate::desire::Drawn;
use crate::diagnostic::{Diagnostic, codes};
use crate::mark::{Known, Mark, Parts};
use crate::word::Word;
use std::collections::BTreeMap;

/// What came of a comparison.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Parts that are missing.
    pub(super) added: Vec<PartKey>,
    /// Parts that differ.
    pub(super) changed: Vec<ChangedPart>,
    /// Parts of ours that are no longer defined.
    pub(super) removed: Vec<PartKey>,
    /// Of all these, those that somebody else had a hand in.
    pub(super) causes: BTreeMap<PartKey, Cause>,
    /// What the mark goes on remembering.
    pub(super) kept: Parts,
    /// Whether the mark says all this already.
    pub(super) written: bool,
    /// Whether the server has to be asked.
    pub(super) asks: bool,
    /// Parts of others.
    strange: Vec<PartKey>,
    /// Parts of others under names that are defined, and otherwise than defined.
    claimed: Vec<ChangedPart>,
    /// Parts that differ, cannot be changed there, and mean nothing to the data.
    fixed: Vec<PartKey>,
}

/// Whether a server may keep a fact in any words: expressions, and texts of defaults.
fn is_open(backend: Backend, kind: PartKind, fact: &str) -> bool {
    let of_output = fact == "value" && kind == PartKind::Column;
    backend != Backend::Milvus && (of_output || OPEN.contains(&fact))
}

const OPEN: [&str; 14] = [
    "default",
    "generated",
    "materialized",
    "alias",
    "condition",
    "keys",
    "where",
    "partition by",
    "order by",
    "primary key",
    "sharding key",
    "on",
    "select",
    "group by",
];

/// What is remembered of a part.
#[derive(Debug, Clone, Copy)]
enum Memory {
    /// By our mark.
    Known(Known),
    /// Nothing, since the mark is an older host's; whether the definition is still the one that it applied.
    Former(bool),
    /// Nothing: the part is a stranger's.
    Nothing,
}

/// One comparison.
struct Comparison<'a> {
    wanted: &'a Drawn,
    found: &'a CatalogObject,
    mark: &'a Mark,
    word: Option<&'a Word>,
    /// Whether the mark is an older host's, and what it stands on is still defined as it was then.
    former: Option<bool>,
    backend: Backend,
    out: Compared,
}

impl Compared {
    pub(super) fn of(
        backend: Backend,
        wanted: &Drawn,
        found: &CatalogObject,
        mark: &Mark,
        word: Option<&Word>,
    ) -> Self {
        let former = mark.parts.is_empty().then(|| mark.former == wanted.shape.digest());
        let mut comparison = Comparison { wanted, found, mark, word, former, backend, out: Self::default() };
        for (key, asked) in &wanted.asked {
            match found.answers.get(key) {
                _ if key.kind == PartKind::Order => comparison.order(key, *asked),
                None => comparison.missing(key, *asked),
                Some(answer) => comparison.both(key, *asked, *answer),
            }
        }
        for key in found.answers.keys().filter(|key| !wanted.asked.contains_key(*key)) {
            comparison.undefined(key);
        }
        let mut out = comparison.out;
        out.written = out.kept == mark.parts;
        out
    }

    /// Whether nothing is to be done.
    pub(super) fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

impl Comparison<'_> {
    fn memory(&self, key: &PartKey) -> Memory {
        match (self.mark.parts.get(key), self.former) {
            (Some(known), _) => Memory::Known(known),
            (None, Some(same)) => Memory::Former(same),
            (None, None) => Memory::Nothing,
        }
    }

    /// Defined, and not there.
    fn missing(&mut self, key: &PartKey, asked: Digest) {
        self.out.added.push(key.clone());
        // One that was never read back may never have been made.
        if let Memory::Known(Known { asked: before, answered: Some(_) }) = self.memory(key) {
            self.out.causes.insert(key.clone(), if before == asked { Cause::Drift } else { Cause::Both });
        }
    }

    /// Defined, and there.
    fn both(&mut self, key: &PartKey, asked: Digest, answer: Digest) {
        let memory = self.memory(key);
        if let Memory::Known(known) = memory
            && (known.asked, known.answered) == (asked, Some(answer))
        {
            return self.out.kept.put(key, asked, Some(answer));
        }
        let facts = self.differing(key, memory, asked);
        if facts.is_empty() {
            return self.out.kept.put(key, asked, Some(answer));
        }
        if is_fixed(self.backend, key.kind) {
            self.out.fixed.push(key.clone());
            return self.out.kept.put(key, asked, Some(answer));
        }
        let part = ChangedPart { key: key.clone(), facts };
        match memory {
            Memory::Nothing if has_identity(key.kind) => return self.out.claimed.push(part),
            Memory::Known(known) => self.blame(key, known, asked, answer),
            Memory::Nothing | Memory::Former(_) => {}
        }
        self.out.changed.push(part);
    }

    /// Says who else changed a part that differs. What was never read back nobody changed: the server took it otherwise.
    fn blame(&mut self, key: &PartKey, known: Known, asked: Digest, answer: Digest) {
        if known.answered.is_some_and(|was| was != answer) {
            let cause = if known.asked == asked { Cause::Drift } else { Cause::Both };
            self.out.causes.insert(key.clone(), cause);
        }
    }

    /// Facts that differ by value, and not only in words of the server's.
    fn differing(&mut self, key: &PartKey, memory: Memory, asked: Digest) -> Vec<ChangedFact> {
        let nothing = Facts::new();
        let wanted = self.wanted.shape.parts.get(key).unwrap_or(&nothing);
        let found = self.found.shape.parts.get(key).unwrap_or(&nothing);
        let mut facts = compare_facts(wanted, found);
        // Object and mark came in one statement or transaction: what was asked for is what stands, whatever it looks like.
        let trusted = match memory {
            Memory::Known(known) => known.asked == asked && known.answered.is_none(),
            Memory::Former(same) => same,
            Memory::Nothing => false,
        };
        facts.retain(|fact| {
            if !is_open(self.backend, key.kind, fact.name) {
                return true;
            }
            if trusted {
                return false;
            }
            self.out.asks |= self.word.is_none();
            let text = self.found.shape.open.get(key).and_then(|texts| texts.get(fact.name)).map(String::as_str);
            // A server may also keep nothing of what it takes: a default of null, a filter that always holds.
            !matches!(self.word, Some(word @ Word::Said(_)) if word.text(key, fact.name) == text)
        });
        facts
    }

    /// There, and not defined.
    fn undefined(&mut self, key: &PartKey) {
        match self.memory(key) {
            // Whoever searches a collection that is no longer kept loaded decides.
            Memory::Known(_) if key.kind == PartKind::Load => {}
            Memory::Known(_) if is_fixed(self.backend, key.kind) => self.out.fixed.push(key.clone()),
            Memory::Known(known) => {
                let answer = self.found.answers.get(key).copied();
                if known.answered.is_some() && known.answered != answer {
                    self.out.causes.insert(key.clone(), Cause::Both);
                }
                self.out.removed.push(key.clone());
            }
            // Nobody's but the author's: it was taken away while an older host was replaced.
            Memory::Former(false) if is_comment(key.kind) && !is_fixed(self.backend, key.kind) => {
                self.out.removed.push(key.clone());
            }
            // Servers give what a definition leaves out.
            Memory::Former(_) | Memory::Nothing if matches!(key.kind, PartKind::Property | PartKind::Load) => {}
            Memory::Former(_) | Memory::Nothing => self.out.strange.push(key.clone()),
        }
    }

    /// The order of the columns.
    fn order(&mut self, key: &PartKey, asked: Digest) {
        let (wanted, found) = order::of_both(&self.wanted.shape, &self.found.shape);
        let answer = Digest::of(&found);
        let same = match self.memory(key) {
            Memory::Known(known) => known.asked == asked && known.answered.is_none_or(|was| was == answer),
            Memory::Former(_) | Memory::Nothing => true,
        };
        if same || wanted == found {
            return self.out.kept.put(key, asked, Some(answer));
        }
        if is_fixed(self.backend, key.kind) {
            self.out.fixed.push(key.clone());
            return self.out.kept.put(key, asked, Some(answer));
        }
        let fact = |names: &[&str]| Some(Fact::from(names.join(", ")));
        let facts = vec![ChangedFact { name: "columns", from: fact(&found), to: fact(&wanted) }];
        if let Memory::Known(known) = self.memory(key) {
            self.blame(key, known, asked, answer);
        }
        self.out.changed.push(ChangedPart { key: key.clone(), facts });
    }
}

/// What no statement changes there, and no row depends on.
fn is_fixed(backend: Backend, kind: PartKind) -> bool {
    match backend {
        Backend::Timescaledb => kind == PartKind::Order,
        Backend::Clickhouse => false,
        Backend::Milvus => is_comment(kind),
    }
}

fn is_comment(kind: PartKind) -> bool {
    matches!(kind, PartKind::Comment | PartKind::ColumnComment)
}

/// Whether a part is a thing of its own that somebody made, and no mere value of the object's.
fn has_identity(kind: PartKind) -> bool {
    !matches!(
        kind,
        PartKind::Object | PartKind::Property | PartKind::Comment | PartKind::ColumnComment | PartKind::Load
    )
}

impl Compared {
    /// What is to be told.
    pub(super) fn told(&self, name: &ObjectName) -> Vec<Diagnostic> {
        let strange = self.strange.iter().map(|part| {
            Diagnostic::warning(
                codes::plan::STRANGE_PART,
                path(name),
                format!("{name} has a part that its definition does not name: {part}; left alone"),
            )
            .help("define it in the plugin, or take it out of the database")
        });
        let claimed = self.claimed.iter().map(|part| {
            let key = &part.key;
            Diagnostic::error(
                codes::plan::CLAIMED_PART,
                format!("{}/{key}", path(name)),
                format!("{name} has a {key} that somebody else made, and it is not as defined ({})", differences(&part.facts)),
            )
            .help("make the one in the database as it is defined, or take it away there, or give the defined one another name")
        });
        let fixed = self.fixed.iter().map(|key| {
            Diagnostic::warning(
                codes::plan::FIXED_PART,
                format!("{}/{key}", path(name)),
                format!("{name}: the {key} stays as it is: {} cannot change it on what exists", name.backend.title()),
            )
            .help("nothing depends on it, and this is said once; what is made anew gets it as it is defined")
        });
        strange.chain(claimed).chain(fixed).collect()
    }
}

/// Facts that differ, for people.
pub(crate) fn differences(facts: &[ChangedFact]) -> String {
    let side = |side: &Option<Fact>| side.as_ref().map_or("none".to_owned(), |fact| format!("{:?}", fact.text()));
    let facts: Vec<String> = facts
        .iter()
        .map(|fact| format!("{} is {}, defined as {}", fact.name, side(&fact.from), side(&fact.to)))
        .collect();
    facts.join("; ")
}
