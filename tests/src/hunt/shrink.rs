//! The smallest definition that still has a fault of the same kind.

use super::live::{Fault, Live, Met};
use super::tally::{Key, keys};
use super::unit::{Unit, smaller};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Candidates tried on the engine for one find.
const MOST_TRIES: usize = 300;
const MOST_TIME: Duration = Duration::from_secs(8);
/// Candidates of one plan, where none of them ends it.
const AT_ONCE: usize = 16;

/// Takes away what can be taken away. Returns the unit as it was where nothing can. What is left of a difference may be a
/// part of it.
pub async fn shrink(live: &Live, unit: &Unit, fault: &Fault, key: &Key) -> (Unit, Fault) {
    let began = Instant::now();
    let (mut least, mut fault, mut key, mut tries) = (unit.clone(), fault.clone(), key.clone(), 0);
    let mut known: BTreeSet<String> = BTreeSet::new();
    'less: loop {
        let mut candidates = Vec::new();
        for definition in smaller(&least.definition) {
            let candidate = Unit { definition, ..least.clone() };
            let is_new = known.insert(serde_json::to_string(&candidate.definition).unwrap());
            if is_new && candidate.objects() > 0 && matches!(live.judge(&candidate.definition), Ok(Ok(_))) {
                candidates.push(candidate);
            }
        }
        let at_once = if matches!(fault, Fault::Differs(_)) { AT_ONCE } else { 1 };
        for some in candidates.chunks(at_once) {
            if tries >= MOST_TRIES || began.elapsed() > MOST_TIME {
                return (least, fault);
            }
            tries += some.len();
            let renamed: Vec<Unit> = some.iter().zip(0..).map(|(unit, number)| unit.named_anew(number)).collect();
            let met = live.batch(&renamed).await;
            for (candidate, other) in some.iter().zip(&renamed) {
                let Some(Met::Fault(now)) = met.get(&other.number) else { continue };
                if let Some(less) = keys(other, now).into_iter().find(|less| less.is_in(&key)) {
                    // Those before it stay known as ones without the fault; those behind it may be tried again.
                    (least, fault, key) = (candidate.clone(), now.clone(), less);
                    known.clear();
                    continue 'less;
                }
            }
        }
        return (least, fault);
    }
}
