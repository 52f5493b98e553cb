//! The hostile kit against the real program: `just hostile` shows class, phase and code of each.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use whale_tests::hostile::{self, Hostile, Outcome};

#[test]
fn every_one_is_stopped_where_and_as_its_file_says() {
    let left = Mutex::new(hostile::all().into_iter().rev().collect::<Vec<_>>());
    let told = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(one) = left.lock().unwrap().pop() else { break };
                    let outcome = std::panic::catch_unwind(|| one.run()).unwrap_or_else(|_| Outcome::none());
                    let code = outcome.codes.first().cloned();
                    let mut faults = outcome.faults;
                    if (&outcome.phase, &code) != (&one.phase, &one.code) {
                        faults.push(format!("expected {} {:?}", one.phase, one.code));
                    }
                    let beside = |code: &&String| Some(*code) != one.code.as_ref() && !one.also.contains(code);
                    if let Some(other) = outcome.codes.iter().find(beside) {
                        faults.push(format!("{other} was found too"));
                    }
                    let code = code.unwrap_or_else(|| "accepted".to_owned());
                    let line = format!(
                        "{:>3}  {:<9} {code:<8} {:>5} ms  {}: {}",
                        one.class,
                        outcome.phase,
                        outcome.took.as_millis(),
                        one.name,
                        one.what
                    );
                    told.lock().unwrap().insert(one.name, (line, faults));
                }
            });
        }
    });
    let told = told.into_inner().unwrap();
    for (line, faults) in told.values() {
        println!("{line}");
        for fault in faults {
            println!("     FAULT {fault}");
        }
    }
    let failed: Vec<_> = told.iter().filter(|(_, (_, faults))| !faults.is_empty()).collect();
    assert!(failed.is_empty(), "{} of {}: {failed:#?}", failed.len(), told.len());
}

#[test]
fn classes_that_are_stopped_alike_say_why() {
    let all = hostile::all();
    assert!(all.len() >= 80, "files are missing: there are {}", all.len());
    let mut alike: BTreeMap<(&str, &str), Vec<&Hostile>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.code.is_some()) {
        alike.entry((&one.phase, one.code.as_deref().unwrap())).or_default().push(one);
    }
    for (stopped, group) in alike {
        // The first class of a group needs no reason: it is the others that are like it.
        let Some(first) = group.iter().find(|one| one.shares.is_none()) else {
            panic!("{stopped:?}: all of them say that they are like another");
        };
        for one in &group {
            let same = one.class == first.class;
            assert!(same || one.shares.is_some(), "{} is stopped as {} is, {stopped:?}: say why", one.name, first.name);
        }
    }
}
