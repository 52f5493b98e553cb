//! Dying at every boundary of an apply, and what the next apply makes of it.
//!
//! The real program is killed (SIGKILL) before and after each request to an engine and each line of its journal; then it
//! is run again. What ordinary clients find afterwards has to be what an undisturbed run leaves, rows included. Points are
//! drawn by a seed, so that one is repeated by naming the seed.

pub mod engines;
pub mod program;
pub mod proxy;
pub mod world;

use engines::Engine;
use program::{Run, Scenario};
use std::fmt;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Points of each scenario; none: all of them.
    pub points: Option<usize>,
    /// What they are drawn by.
    pub seed: u64,
}

impl Size {
    /// As `WHALE_CHAOS_POINTS` (a number or `all`) and `WHALE_CHAOS_SEED` say, else this many.
    pub fn of_environment(points: usize) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let points = match variable("WHALE_CHAOS_POINTS").as_deref() {
            Some("all") => None,
            Some(text) => Some(text.parse().expect("WHALE_CHAOS_POINTS is a number, or all")),
            None => Some(points),
        };
        let seed = variable("WHALE_CHAOS_SEED").map(|text| text.parse().expect("WHALE_CHAOS_SEED is a number"));
        Self { points, seed: seed.unwrap_or_else(|| u64::from(std::process::id())) }
    }

    /// Which of so many boundaries are tried, in order.
    pub fn draw(self, boundaries: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (1..=boundaries).collect();
        let Some(points) = self.points.filter(|points| *points < boundaries) else { return all };
        let mut state = self.seed;
        for place in 0..points {
            // splitmix64
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut drawn = state;
            drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let left = u64::try_from(boundaries - place).unwrap();
            all.swap(place, place + usize::try_from((drawn ^ (drawn >> 31)) % left).unwrap());
        }
        all.truncate(points);
        all.sort_unstable();
        all
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Tally {
    pub tried: usize,
    pub converged: usize,
    /// Rows that were there before and are not there after.
    pub lost: usize,
    /// What went wrong, with where.
    pub faults: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tried, converged, lost, faults } = self;
        write!(f, "tried {tried}, converged {converged}, rows lost {lost}")?;
        faults.iter().try_for_each(|fault| write!(f, "\n{fault}"))
    }
}

/// Kills an apply of a scenario at the points that the size draws, and applies again after each.
pub async fn kill(scenario: Scenario, size: Size) -> Tally {
    let undisturbed = undisturbed(scenario).await;
    let mut tally = Tally::default();
    for point in size.draw(undisturbed.boundaries.len()) {
        world::begin(scenario).await;
        let killed = Run::of(scenario).chaos(&format!("kill:{point}")).go();
        // What is read in parallel makes the number of boundaries vary a little: a last point may not be reached.
        if killed.signal != Some(9) && killed.code != Some(0) {
            tally.faults.push(format!("{scenario:?}, point {point}: ended with {:?}\n{}", killed.code, killed.said));
        }
        tally.count(&format!("{scenario:?}, killed at {point}"), scenario, &undisturbed.state).await;
    }
    tally
}

impl Tally {
    /// Applies once more, and compares what is there with what an undisturbed run leaves.
    pub async fn count(&mut self, place: &str, scenario: Scenario, undisturbed: &world::State) {
        self.tried += 1;
        let again = Run::of(scenario).go();
        let found = world::read(scenario).await;
        self.lost += undisturbed.rows_missing_in(&found);
        if again.code != Some(0) {
            self.faults.push(format!("{place}: the next apply ended with {:?}\n{}", again.code, again.said));
        } else if found != *undisturbed {
            self.faults.push(format!("{place}: {}", undisturbed.difference(&found)));
        } else {
            self.converged += 1;
        }
    }
}

/// What a run that nobody disturbs leaves, and which boundaries it crosses.
pub struct Undisturbed {
    pub state: world::State,
    pub boundaries: Vec<String>,
}

impl Undisturbed {
    /// A boundary in the middle of an engine's steps, at which the next request to it is about to be sent.
    pub fn amid(&self, engine: Engine) -> usize {
        let request = format!("Request({engine})").to_lowercase();
        let steps = self.boundaries.iter().position(|line| line.ends_with("Written")).unwrap();
        let looks = self.boundaries.iter().rposition(|line| line.ends_with("Writing")).unwrap();
        let requests: Vec<usize> = (steps..looks)
            .filter(|place| {
                let before = place.checked_sub(1).and_then(|before| self.boundaries.get(before));
                let after_journal = before.is_some_and(|line| line.ends_with("Written"));
                after_journal && self.boundaries.get(*place).is_some_and(|line| line.to_lowercase().ends_with(&request))
            })
            .collect();
        requests.get(requests.len() / 2).expect("the engine has steps") + 1
    }
}

pub async fn undisturbed(scenario: Scenario) -> Undisturbed {
    world::begin(scenario).await;
    let run = Run::of(scenario).chaos("trace").go();
    assert_eq!(run.code, Some(0), "{}", run.said);
    let boundaries = run.said.lines().filter(|line| line.starts_with("boundary ")).map(str::to_owned).collect();
    let state = world::read(scenario).await;
    let second = Run::of(scenario).go();
    assert_eq!(second.code, Some(0), "{}", second.said);
    assert_eq!(world::read(scenario).await, state, "a second apply changes nothing");
    Undisturbed { state, boundaries }
}
