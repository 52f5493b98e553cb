//! Every kept input of every fuzz target, and some thousand mutations of them: the same ones in every run.
//!
//! `just fuzz` looks further, with libFuzzer; what it finds becomes a file in `fuzz/seeds`, and is tried here from then on.

#![cfg(debug_assertions)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use whale_fuzz::mutate::{Draw, mutated};
use whale_fuzz::{TARGETS, Target};

fn folder(kind: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(kind).join(name)
}

/// What `fuzz/pack` made of many inputs.
fn unpacked(mut packed: &[u8]) -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    while let Some((length, rest)) = packed.split_first_chunk::<4>() {
        let (input, after) = rest.split_at(usize::try_from(u32::from_le_bytes(*length)).unwrap());
        inputs.push(input.to_vec());
        packed = after;
    }
    inputs
}

/// Seeds of a target, in the order of their names, and what is kept.
fn inputs(name: &str) -> Vec<Vec<u8>> {
    let mut seeds: Vec<PathBuf> =
        fs::read_dir(folder("seeds", name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let mut inputs: Vec<Vec<u8>> = seeds.iter().map(|file| fs::read(file).unwrap()).collect();
    let kept = unpacked(&fs::read(folder("kept", name)).unwrap());
    assert!(!inputs.is_empty() && !kept.is_empty(), "{name} has no inputs");
    inputs.extend(kept);
    inputs
}

fn tried((name, run): Target, input: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| run(input))).is_err() {
        let kept = std::env::temp_dir().join(format!("whale-fuzz-{name}"));
        fs::write(&kept, input).unwrap();
        panic!("{name} breaks a law, as written above; the input is kept in {}", kept.display());
    }
}

/// Mutations of a target, as many as take about a second in a build without optimisation.
fn rounds(name: &str) -> usize {
    match name {
        "definition" => 100,
        "cache" | "journal" | "expressions_built" => 2_000,
        "expressions" | "lock" | "settings" | "quoting" => 5_000,
        _ => 20_000,
    }
}

fn replay(name: &str) {
    let target = *TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let inputs = inputs(name);
    for input in &inputs {
        tried(target, input);
    }
    let mut draw = Draw::new(name.len() as u64);
    for _ in 0..rounds(name) {
        let (one, other) = (draw.below(inputs.len()), draw.below(inputs.len()));
        tried(target, &mutated(&inputs[one], &inputs[other], &mut draw));
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { replay(stringify!($name)); })*

        #[test]
        fn every_target_is_replayed_and_has_a_binary() {
            let replayed = [$(stringify!($name)),*];
            let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(known, replayed);
            let binaries = folder("fuzz_targets", "");
            let mut files: Vec<String> = fs::read_dir(binaries).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            files.sort();
            let mut wanted: Vec<String> = replayed.iter().map(|name| format!("{name}.rs")).collect();
            wanted.sort();
            assert_eq!(files, wanted);
        }
    };
}

targets! { scan frames cache definition types expressions expressions_built quoting settings lock journal }
