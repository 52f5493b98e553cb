//! What was found: counts, and each kind of fault once.

use super::live::{Fault, Live, Met};
use super::unit::Unit;
use super::{case, shrink, text};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};
use whale_storage::definition::Backend;

/// Codes of `validate` that are shown.
const MOST_CODES: usize = 12;

/// A kind of fault, with its first find.
#[derive(Debug)]
pub struct Kind {
    pub count: usize,
    /// As small as it could be made.
    pub unit: Unit,
    pub fault: Fault,
}

/// What came of a hunt on one engine.
#[derive(Debug)]
pub struct Tally {
    pub engine: Backend,
    pub seed: u64,
    /// Objects that were generated.
    pub objects: usize,
    pub refused: usize,
    pub planned: usize,
    pub applied: usize,
    pub faults: usize,
    codes: BTreeMap<String, usize>,
    pub kinds: BTreeMap<Key, Kind>,
    /// How many kinds were shrunk.
    shrunk: usize,
    began: Instant,
    /// Time spent on batches.
    pub applying: Duration,
    /// Plans that batches took.
    pub plans: usize,
}

/// What makes two finds alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The engine's message, or the part that differs.
    pub what: String,
    /// What the found text has more and less than the wanted one.
    pub signs: BTreeSet<String>,
}

impl Key {
    fn of(what: String) -> Self {
        Self { what, signs: BTreeSet::new() }
    }

    /// Whether the other is this, or this and something else beside it.
    pub fn is_in(&self, other: &Key) -> bool {
        self.what == other.what && self.signs.is_subset(&other.signs) && self.signs.is_empty() == other.signs.is_empty()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.signs.iter().try_for_each(|sign| write!(f, " {sign}"))
    }
}

/// The kinds that a fault of a unit is of; a second plan may differ in several parts.
pub fn keys(unit: &Unit, fault: &Fault) -> BTreeSet<Key> {
    let names = names(unit);
    match fault {
        Fault::Refused(message) => {
            // What was attempted names the object.
            let said = message.splitn(3, ": ").last().unwrap_or(message);
            BTreeSet::from([Key::of(format!("refused by the engine: {}", text::mask(said, &names)))])
        }
        Fault::Broken(message) => BTreeSet::from([Key::of(text::mask(message, &names))]),
        Fault::Differs(all) => all
            .iter()
            .map(|one| match (one.wanted.as_str(), one.found.as_str()) {
                ("", "") => Key::of(format!("not empty: {}", text::mask(&one.part, &names))),
                (wanted, found) => {
                    let signs = text::difference(wanted, found, &names);
                    Key { what: format!("not empty: {}", one.part), signs }
                }
            })
            .collect(),
    }
}

/// Every name that a unit gives to something.
fn names(unit: &Unit) -> BTreeSet<String> {
    fn walk(value: &serde_json::Value, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            serde_json::Value::Object(fields) => {
                for (key, field) in fields {
                    match field.as_str() {
                        Some(name) if matches!(key.as_str(), "name" | "field" | "time_column") => {
                            found.insert(name.to_owned());
                            found.insert(format!("{}.{name}", super::MODEL));
                        }
                        _ => walk(field, found),
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = BTreeSet::from([super::MODEL.to_owned()]);
    walk(&serde_json::to_value(&unit.definition).unwrap(), &mut found);
    found
}

impl Tally {
    pub fn new(engine: Backend, seed: u64) -> Self {
        Self {
            engine,
            seed,
            objects: 0,
            refused: 0,
            planned: 0,
            applied: 0,
            faults: 0,
            codes: BTreeMap::new(),
            kinds: BTreeMap::new(),
            shrunk: 0,
            began: Instant::now(),
            applying: Duration::ZERO,
            plans: 0,
        }
    }

    /// Gives a unit to `validate`, and counts what it says. Returns whether it takes it.
    pub fn judged(&mut self, live: &Live, unit: &Unit) -> bool {
        self.objects += unit.objects();
        match live.judge(&unit.definition) {
            Ok(Ok(_)) => true,
            Ok(Err(found)) => {
                self.refused += unit.objects();
                let codes: BTreeSet<String> =
                    found.errors_only().map(|one| format!("{} {}", one.code.id, one.code.title)).collect();
                for code in codes {
                    *self.codes.entry(code).or_default() += 1;
                }
                false
            }
            Err(panic) => {
                self.faults += unit.objects();
                for key in self.note(unit, &Fault::Broken(panic)) {
                    println!("{}", self.shown(&key, &self.kinds[&key]));
                }
                false
            }
        }
    }

    /// Counts what came of a unit; shrinks the first of each kind, so many kinds of them.
    pub async fn met(&mut self, live: &Live, unit: Unit, met: Option<Met>, most: usize) {
        match met {
            Some(Met::Done) => self.applied += unit.objects(),
            Some(Met::Planned(codes)) => {
                self.planned += unit.objects();
                let codes: BTreeSet<String> = codes.into_iter().map(|code| format!("{code}, by the plan")).collect();
                for code in codes {
                    *self.codes.entry(code).or_default() += 1;
                }
            }
            Some(Met::Fault(fault)) => {
                self.faults += unit.objects();
                for key in self.note(&unit, &fault) {
                    if self.shrunk < most && self.kinds.contains_key(&key) {
                        self.shrunk += 1;
                        let (small, fault) = shrink::shrink(live, &unit, &fault, &key).await;
                        self.replace(&key, small, fault);
                    }
                    if let Some((key, kind)) = self.kinds.iter().find(|(known, _)| known.is_in(&key)) {
                        println!("{}", self.shown(key, kind));
                    }
                }
            }
            None => {
                self.faults += unit.objects();
                self.note(&unit, &Fault::Broken("nothing came of it".to_owned()));
            }
        }
    }

    /// A kind with its first find.
    fn shown(&self, key: &Key, kind: &Kind) -> String {
        let said = match &kind.fault {
            Fault::Refused(message) | Fault::Broken(message) => format!("   {}\n", text::first_line(message)),
            Fault::Differs(all) => all.iter().fold(String::new(), |text, one| match (&*one.wanted, &*one.found) {
                ("", "") => format!("{text}   {}\n", one.part),
                (wanted, found) => format!("{text}   {}\n     wanted {wanted}\n     found  {found}\n", one.part),
            }),
        };
        let (engine, seed, number) = (self.engine, self.seed, kind.unit.number);
        let case = case::shown(&kind.unit.definition);
        format!("\n== {engine} {key}\n   seed {seed}, number {number}\n{said}{case}")
    }

    /// Notes a fault. Returns the kinds that were not known before.
    fn note(&mut self, unit: &Unit, fault: &Fault) -> Vec<Key> {
        let mut fresh = Vec::new();
        for key in keys(unit, fault) {
            if let Some((_, kind)) = self.kinds.iter_mut().find(|(known, _)| known.is_in(&key)) {
                kind.count += 1;
            } else {
                self.kinds.insert(key.clone(), Kind { count: 1, unit: unit.clone(), fault: fault.clone() });
                fresh.push(key);
            }
        }
        fresh
    }

    /// Puts a smaller find in the place of one, with every kind that is now seen to be the same.
    fn replace(&mut self, key: &Key, unit: Unit, fault: Fault) {
        let Some(less) = keys(&unit, &fault).into_iter().find(|less| less.is_in(key)) else { return };
        let mut count = 0;
        self.kinds.retain(|known, kind| {
            let same = less.is_in(known);
            count += if same { kind.count } else { 0 };
            !same
        });
        self.kinds.insert(less, Kind { count, unit, fault });
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, seed, objects, refused, planned, applied, faults, .. } = self;
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(key, kind)| (std::cmp::Reverse(kind.count), (*key).clone()));
        for (key, kind) in kinds {
            writeln!(f, "{engine}: {:>6} times {key} (number {})", kind.count, kind.unit.number)?;
        }
        let mut codes: Vec<_> = self.codes.iter().collect();
        codes.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), (*code).clone()));
        for (code, count) in codes.into_iter().take(MOST_CODES) {
            writeln!(f, "{engine}: {count:>6} {code}")?;
        }
        let share = 100 - (100 * refused).div_ceil((*objects).max(1));
        let took = self.began.elapsed();
        #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = (objects - refused) as f64 / self.applying.as_secs_f64().max(0.001);
        writeln!(
            f,
            "{engine}, seed {seed}: generated {objects}, refused by validate {refused} ({share} % taken), refused by plan \
             {planned}, applied {applied}, faults {faults} of {} kinds; {:.1} s, {rate:.0} a second, {} plans",
            self.kinds.len(),
            took.as_secs_f64(),
            self.plans
        )
    }
}
