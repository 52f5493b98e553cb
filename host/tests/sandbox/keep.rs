//! Compiled plugins that are kept: used again, never when anything about them is wrong.

use super::guests::{GOOD, Guest};
use super::{plugin, refused, sandbox};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use whale_host::sandbox::{Cache, Compiled, Defined, Limits, Phase, Refusal};
use whale_storage::diagnostic::codes::sandbox as codes;

pub(crate) struct Place {
    temporary: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self { temporary: tempfile::tempdir().unwrap() };
        for name in ["cache", "state"] {
            fs::create_dir(place.path(name)).unwrap();
            fs::set_permissions(place.path(name), fs::Permissions::from_mode(0o700)).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    pub(crate) fn open(&self, most: u64) -> std::io::Result<Cache> {
        let dir = |name| Dir::open_ambient_dir(self.path(name), ambient_authority()).unwrap();
        Cache::open(dir("cache"), &dir("state"), most)
    }

    fn run(&self, bytes: &[u8], most: u64) -> Defined {
        let sandbox = sandbox(Limits::default(), Some(self.open(most).unwrap()));
        sandbox.describe(&plugin(bytes)).unwrap().define(&[]).unwrap()
    }

    fn files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.path("cache")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

fn only(files: &[PathBuf]) -> &Path {
    assert_eq!(files.len(), 1);
    &files[0]
}

#[test]
fn a_plugin_is_compiled_once() {
    let place = Place::new();
    let bytes = GOOD.component();
    let first = place.run(&bytes, Cache::MOST);
    assert!(matches!(first.usage.compiled, Compiled::Now(_)) && first.usage.kept);
    let second = place.run(&bytes, Cache::MOST);
    assert_eq!(second.usage.compiled, Compiled::Before);
    assert_eq!((second.digest, second.usage.define.fuel), (first.digest, first.usage.define.fuel));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(only(&place.files())), 0o600);
    assert_eq!(mode(&place.path("state/artifact.key")), 0o600);
    assert_eq!(fs::metadata(place.path("state/artifact.key")).unwrap().len(), 32);
}

#[test]
fn a_damaged_file_is_compiled_again() {
    let place = Place::new();
    let bytes = GOOD.component();
    place.run(&bytes, Cache::MOST);
    let file = only(&place.files()).to_owned();
    let whole = fs::read(&file).unwrap();
    for place_of_damage in [0, 20, 60, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place_of_damage] ^= 1;
        fs::write(&file, &damaged).unwrap();
        assert!(matches!(place.run(&bytes, Cache::MOST).usage.compiled, Compiled::Now(_)));
        assert_eq!(place.run(&bytes, Cache::MOST).usage.compiled, Compiled::Before, "it is repaired");
    }
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(place.run(&bytes, Cache::MOST).usage.compiled, Compiled::Now(_)));
}

#[test]
fn a_file_of_another_plugin_is_not_taken() {
    let place = Place::new();
    let (one, other) = (GOOD.component(), Guest { name: "medical", ..GOOD }.component());
    place.run(&one, Cache::MOST);
    let first = only(&place.files()).to_owned();
    place.run(&other, Cache::MOST);
    let second = place.files().into_iter().find(|file| *file != first).unwrap();
    fs::copy(&first, &second).unwrap();
    let defined = place.run(&other, Cache::MOST);
    assert!(matches!(defined.usage.compiled, Compiled::Now(_)));
    assert_eq!(defined.info.name, "medical");
}

#[test]
fn a_file_made_with_another_key_is_not_taken() {
    let place = Place::new();
    let bytes = GOOD.component();
    place.run(&bytes, Cache::MOST);
    fs::remove_file(place.path("state/artifact.key")).unwrap();
    assert!(matches!(place.run(&bytes, Cache::MOST).usage.compiled, Compiled::Now(_)));
}

#[test]
fn the_oldest_go_when_there_is_no_room() {
    let place = Place::new();
    place.run(&GOOD.component(), Cache::MOST);
    let size = fs::metadata(only(&place.files())).unwrap().len();
    let first = only(&place.files()).to_owned();
    place.run(&Guest { name: "medical", ..GOOD }.component(), size * 2 + size / 2);
    assert_eq!(place.files().len(), 2);
    place.run(&Guest { name: "legal", ..GOOD }.component(), size * 2 + size / 2);
    assert_eq!(place.files().len(), 2);
    assert!(!first.exists());
}

#[test]
fn directories_that_others_may_enter_are_not_used() {
    let place = Place::new();
    fs::set_permissions(place.path("cache"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(place.open(Cache::MOST).is_err());
    fs::set_permissions(place.path("cache"), fs::Permissions::from_mode(0o700)).unwrap();
    place.open(Cache::MOST).unwrap();
    fs::set_permissions(place.path("state/artifact.key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(place.open(Cache::MOST).is_err());
}

#[test]
fn a_state_folder_that_others_may_change_is_not_used() {
    let place = Place::new();
    for mode in [0o777, 0o770, 0o1777, 0o702] {
        fs::set_permissions(place.path("state"), fs::Permissions::from_mode(mode)).unwrap();
        let error = place.open(Cache::MOST).unwrap_err();
        assert!(error.to_string().contains("other users may write to it"), "{mode:o}: {error}");
        assert!(!place.path("state/artifact.key").exists());
    }
    // Others see names there, and no content.
    fs::set_permissions(place.path("state"), fs::Permissions::from_mode(0o755)).unwrap();
    place.open(Cache::MOST).unwrap();
    if std::os::unix::fs::chown(place.path("state"), Some(1234), None).is_ok() {
        assert!(place.open(Cache::MOST).unwrap_err().to_string().contains("another user"));
    }
}

/// A pipe, a folder or a device in the place of a file of the cache or of its key: nothing waits, and nothing is loaded.
#[test]
fn what_is_no_file_is_neither_waited_for_nor_taken() {
    let begun = std::time::Instant::now();
    let pipe = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    let folder = |path: &Path| fs::create_dir(path).unwrap();
    for make in [pipe as fn(&Path), folder] {
        let place = Place::new();
        let bytes = GOOD.component();
        place.run(&bytes, Cache::MOST);
        let artifact = only(&place.files()).to_owned();
        fs::remove_file(&artifact).unwrap();
        make(&artifact);
        assert!(matches!(place.run(&bytes, Cache::MOST).usage.compiled, Compiled::Now(_)));
        fs::remove_file(place.path("state/artifact.key")).unwrap();
        make(&place.path("state/artifact.key"));
        let error = place.open(Cache::MOST).unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
    assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{:?}", begun.elapsed());
}

/// Time to keep so many small files in an empty cache.
fn keeping(files: usize) -> std::time::Duration {
    let place = Place::new();
    let cache = place.open(Cache::MOST).unwrap();
    let begun = std::time::Instant::now();
    for number in 0..files {
        whale_host::sandbox::fuzzing::keep(&cache, &format!("{number:064x}"), "ab", b"small").unwrap();
    }
    begun.elapsed()
}

#[test]
fn keeping_a_file_does_not_take_longer_for_those_that_are_there() {
    keeping(100);
    // Three tries: others use the machine as well.
    let grows = (0..3).map(|_| keeping(8_000).as_secs_f64() / keeping(1_000).as_secs_f64()).fold(f64::MAX, f64::min);
    // The square would take sixty-four times as long.
    assert!(grows < 40.0, "eight times the files took {grows} times as long");
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let place = Place::new();
    let cache = place.open(Cache::MOST).unwrap();
    fs::remove_dir(place.path("cache")).unwrap();
    let sandbox = sandbox(Limits::default(), Some(cache));
    let defined = sandbox.describe(&plugin(&GOOD.component())).unwrap().define(&[]).unwrap();
    assert!(!defined.usage.kept);
}

impl Place {
    fn refused(&self, bytes: &[u8], limits: &Limits) -> Refusal {
        let sandbox = sandbox(limits.clone(), Some(self.open(Cache::MOST).unwrap()));
        sandbox.describe(&plugin(bytes)).unwrap_err()
    }
}

#[test]
fn what_was_refused_before_it_ran_is_refused_again_at_once() {
    let place = Place::new();
    // Takes a second to compile, and is then refused for what it declares.
    let slow = format!("(func {}) (table 30000 funcref)", "loop end ".repeat(8_000));
    let bytes = Guest { more: &slow, ..GOOD }.component();
    let limits = Limits { compile_base_ms: 60_000, ..Limits::default() };
    let first = place.refused(&bytes, &limits);
    let file = only(&place.files()).to_owned();
    assert_eq!(file.extension().unwrap(), "verdict");
    // Compiling it is no longer possible in the time that is left.
    let begun = std::time::Instant::now();
    let second = place.refused(&bytes, &limits);
    assert!(begun.elapsed() < std::time::Duration::from_millis(400), "{:?}", begun.elapsed());
    assert_eq!(format!("{second:?}"), format!("{first:?}"));
    let message = refused(Err::<(), _>(second), Phase::Compile, codes::DECLARES_TOO_MUCH);
    assert!(message.contains("30000 elements"), "{message}");
    // Under other limits it is another question.
    let more = Limits { table_elements: 40_000, ..limits };
    sandbox(more, Some(place.open(Cache::MOST).unwrap())).describe(&plugin(&bytes)).unwrap();
}

#[test]
fn a_verdict_that_is_damaged_or_of_another_plugin_is_not_taken() {
    let place = Place::new();
    let bad = Guest { more: "(tag)", ..GOOD }.component();
    let limits = Limits::default();
    refused(Err::<(), _>(place.refused(&bad, &limits)), Phase::Compile, codes::MALFORMED);
    let verdict = only(&place.files()).to_owned();
    let good = place.run(&GOOD.component(), Cache::MOST);
    assert!(matches!(good.usage.compiled, Compiled::Now(_)));
    // Under the good plugin's name it is no verdict about the good plugin, and its artifact none of the bad one.
    let artifact = place.files().into_iter().find(|file| *file != verdict).unwrap();
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    let (refusing, passing) = (name(&verdict), name(&artifact));
    let (bad_digest, good_digest) = (&refusing[..64], &passing[..64]);
    fs::copy(&verdict, place.path("cache").join(refusing.replace(bad_digest, good_digest))).unwrap();
    fs::copy(&artifact, place.path("cache").join(passing.replace(good_digest, bad_digest))).unwrap();
    assert_eq!(place.run(&GOOD.component(), Cache::MOST).usage.compiled, Compiled::Before);
    let whole = fs::read(&verdict).unwrap();
    for damage in [0, 20, 60, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[damage] ^= 1;
        fs::write(&verdict, &damaged).unwrap();
        refused(Err::<(), _>(place.refused(&bad, &limits)), Phase::Compile, codes::MALFORMED);
        assert_eq!(fs::read(&verdict).unwrap(), whole, "it is repaired");
    }
}

#[test]
fn what_was_compiled_under_other_limits_of_the_scan_is_scanned_again() {
    let place = Place::new();
    let bytes = Guest { more: "(func (local i32 i32 i32))", ..GOOD }.component();
    place.run(&bytes, Cache::MOST);
    let fewer = Limits { locals: 2, ..Limits::default() };
    refused(Err::<(), _>(place.refused(&bytes, &fewer)), Phase::Scan, codes::FUNCTION_TOO_LARGE);
    // A limit of calls is not one of the scan.
    let sandbox = sandbox(Limits { fuel: 1_000_000, ..Limits::default() }, Some(place.open(Cache::MOST).unwrap()));
    let defined = sandbox.describe(&plugin(&bytes)).unwrap().define(&[]).unwrap();
    assert_eq!(defined.usage.compiled, Compiled::Before);
}
