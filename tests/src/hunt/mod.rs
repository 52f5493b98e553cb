//! A hunt for definitions that the host takes and an engine does not, or that never compare equal again.
//!
//! A generator makes units of objects from everything that the contract takes, each from a seed and its number. What
//! `validate` takes is applied in batches to the live engines through the library's own session. Whatever is not refused
//! before anything is sent has to be carried out whole, and a second plan, of the same run and of a fresh one, has to be
//! empty. A find is shrunk and shown as a case; alike finds are one kind. How it is run and read: `docs/hunt.md`.

pub mod by_value;
pub mod case;
pub mod clickhouse;
pub mod grammar;
pub mod live;
pub mod milvus;
pub mod postgres;
pub mod random;
pub mod shrink;
pub mod tally;
pub mod text;
pub mod unit;

pub use tally::Tally;

use live::Live;
use random::Random;
use std::time::Instant;
use unit::Unit;
use whale_storage::definition::Backend;

/// The model, the plugin and the namespace of everything that is generated.
pub const MODEL: &str = "hunt";

/// Comments that a server has to keep as they are.
const COMMENTS: &[&str] = &[
    "a comment",
    "it's \"quoted\"",
    "two\nlines",
    "naïve ☃",
    "back\\slash",
    "  blanks  ",
    "$1 {} %s",
    "ends in a line\n",
];

/// Objects of one plan: more make a batch with a fault dearer, fewer make all others so.
const BATCH: [(Backend, usize); 3] = [(Backend::Timescaledb, 60), (Backend::Clickhouse, 100), (Backend::Milvus, 20)];

/// A collection takes as long as so many tables.
const TABLES_A_COLLECTION: usize = 20;

/// How much is tried.
#[derive(Debug, Clone)]
pub struct Size {
    /// Objects of each SQL engine; of Milvus a twentieth.
    pub objects: usize,
    pub seed: u64,
    /// Only this engine.
    pub engine: Option<String>,
    /// Only the unit of this number.
    pub number: Option<u64>,
    /// Kinds of which the first find is shrunk.
    pub shrunk: usize,
}

impl Size {
    /// As `WHALE_HUNT_COUNT`, `WHALE_HUNT_SEED`, `WHALE_HUNT_ENGINE`, `WHALE_HUNT_NUMBER` and `WHALE_HUNT_SHRUNK` say, else this many and the
    /// same ones each time.
    pub fn of_environment(objects: usize) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let number = |name: &str| {
            variable(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
        };
        let asked = number("WHALE_HUNT_COUNT");
        Self {
            objects: asked.map_or(objects, |count| usize::try_from(count).unwrap()),
            seed: number("WHALE_HUNT_SEED").unwrap_or(1),
            engine: variable("WHALE_HUNT_ENGINE"),
            number: number("WHALE_HUNT_NUMBER"),
            shrunk: number("WHALE_HUNT_SHRUNK")
                .map_or(if asked.is_some() { 200 } else { 5 }, |most| usize::try_from(most).unwrap()),
        }
    }

    /// Whether this engine is hunted.
    pub fn includes(&self, engine: Backend) -> bool {
        self.engine.as_ref().is_none_or(|only| *only == engine.to_string())
    }

    fn of(&self, engine: Backend) -> usize {
        if engine == Backend::Milvus { self.objects.div_ceil(TABLES_A_COLLECTION) } else { self.objects }
    }
}

/// The unit of a number.
pub fn unit(engine: Backend, seed: u64, number: u64) -> Unit {
    let mut random = Random::of(&engine.to_string(), seed, number);
    // A batch holds the units of some hundred numbers: so its names differ, and later ones do not fill version tables.
    let name = number % 1_000;
    let definition = match engine {
        Backend::Timescaledb => postgres::unit(&mut random, name),
        Backend::Clickhouse => clickhouse::unit(&mut random, name),
        Backend::Milvus => milvus::unit(&mut random, name),
    };
    Unit { number, definition }
}

/// Hunts on one engine.
pub async fn hunt(engine: Backend, size: &Size) -> Tally {
    let live = Live::new(engine).await;
    let mut tally = Tally::new(engine, size.seed);
    let most = BATCH.iter().find(|(of, _)| *of == engine).map_or(1, |(_, most)| *most);
    let wanted = size.of(engine);
    let mut numbers = size.number.map_or(0.., |number| number..);
    let (mut told, began) = (Instant::now(), Instant::now());
    while tally.objects < wanted {
        let mut batch = Vec::new();
        while batch.iter().map(Unit::objects).sum::<usize>() < most && tally.objects < wanted {
            let unit = unit(engine, size.seed, numbers.next().unwrap());
            if tally.judged(&live, &unit) {
                batch.push(unit);
            }
            if size.number.is_some() {
                tally.objects = wanted;
            }
        }
        let (began_batch, before) = (Instant::now(), live.plans.get());
        let met = live.batch(&batch).await;
        tally.applying += began_batch.elapsed();
        tally.plans += live.plans.get() - before;
        for unit in batch {
            let met = met.get(&unit.number).cloned();
            tally.met(&live, unit, met, size.shrunk).await;
        }
        if told.elapsed().as_secs() >= 20 {
            told = Instant::now();
            let (done, kinds) = (tally.objects, tally.kinds.len());
            println!("{engine}: {done} of {wanted} after {} s, {kinds} kinds of faults", began.elapsed().as_secs());
        }
    }
    live.forget().await;
    tally
}
