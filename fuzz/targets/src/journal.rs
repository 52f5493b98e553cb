//! The journal: read from any bytes; written, cut off anywhere, and read.
//!
//! Laws: no bytes make reading panic or fail; whatever was cut off, at most one line is lost beside what was cut away;
//! and the run that comes next is read whole.

use crate::folder::Folder;
use arbitrary::{Result, Unstructured};
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::journal::history::{History, read};
use whale_storage::journal::{Event, FILE, Fault, Journal, Line, OLDER};

/// The first byte says whether the rest is a file or draws one.
pub fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else { return };
    let folder = Folder::new();
    if mode % 2 == 0 {
        any(rest, usize::from(*mode), &folder);
    } else {
        let _ = written(&mut Unstructured::new(rest), &folder);
    }
}

/// Any bytes, as the file and the one before it.
fn any(bytes: &[u8], split: usize, folder: &Folder) {
    let state = folder.open();
    let (older, newer) = bytes.split_at(split.min(bytes.len()));
    state.write(OLDER, older).unwrap();
    state.write(FILE, newer).unwrap();
    let history = read(&state).unwrap();
    whole(&history);
    let lines = [older, newer].into_iter().flat_map(|file| file.split(|byte| *byte == b'\n'));
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    let known = lines.iter().filter(|line| serde_json::from_slice::<Line>(line).is_ok()).count();
    assert_eq!(history.unreadable, lines.len() - known);
    next(folder, history.unreadable, history.runs.len());
}

/// Every question that commands ask of a history.
fn whole(history: &History) {
    let open: BTreeSet<&str> = history.open().map(|run| run.run.as_str()).collect();
    for run in &history.runs {
        let done: usize = run.engines().iter().map(|engine| engine.done).sum();
        assert_eq!(done, run.done());
        let _ = run.at_step();
        assert!(history.named(&run.run).len() == 1);
    }
    assert!(open.len() <= history.runs.len());
}

/// A run after whatever is there.
fn next(folder: &Folder, unreadable: usize, runs: usize) {
    let name = "the next run, named as none is";
    let mut journal = Journal::open(&folder.open(), name, "whale-host apply").unwrap();
    journal.write(begin(&[("milvus", "create collection")])).unwrap();
    journal.write(Event::Start { step: 1, engine: "milvus".to_owned(), title: "again".to_owned() }).unwrap();
    drop(journal);
    let history = read(&folder.open()).unwrap();
    assert_eq!(history.unreadable, unreadable, "the next run's lines are whole");
    let found = history.named(name);
    assert_eq!((found.len(), history.runs.len()), (1, runs + 1));
    assert_eq!(found[0].outcomes.first().map(|step| step.title.as_str()), Some("again"));
}

fn begin(plan: &[(&str, &str)]) -> Event {
    Event::Begin {
        steps: plan.len(),
        digests: vec![("plugin".to_owned(), "digest".to_owned())],
        versions: BTreeMap::new(),
        host: String::new(),
        command: String::new(),
        deployments: BTreeSet::new(),
        engines: plan.iter().map(|(engine, _)| (*engine).to_owned()).collect(),
        plan: plan.iter().map(|(engine, title)| ((*engine).to_owned(), (*title).to_owned())).collect(),
    }
}

/// Some runs, then a cut.
fn written(bytes: &mut Unstructured<'_>, folder: &Folder) -> Result<()> {
    let names: Vec<String> = (0..bytes.int_in_range(1..=3)?).map(|number| format!("run {number}")).collect();
    for name in &names {
        let mut journal = Journal::open(&folder.open(), name, "whale-host apply").unwrap();
        journal.write(begin(&[("timescaledb", "one"), ("clickhouse", "two")])).unwrap();
        for _ in 0..bytes.int_in_range(0..=4)? {
            journal.write(event(bytes)?).unwrap();
        }
    }
    let state = folder.open();
    let all = state.read(FILE).unwrap();
    let history = read(&state).unwrap();
    whole(&history);
    assert_eq!((history.unreadable, history.runs.len()), (0, names.len()));
    let kept = &all[..bytes.int_in_range(0..=all.len())?];
    state.write(FILE, kept).unwrap();
    let history = read(&state).unwrap();
    whole(&history);
    let begun = kept
        .split(|byte| *byte == b'\n')
        .filter(|line| matches!(serde_json::from_slice(line), Ok(Line { event: Event::Begin { .. }, .. })));
    assert_eq!(history.runs.len(), begun.count());
    assert!(history.unreadable <= 1);
    next(folder, history.unreadable, history.runs.len());
    Ok(())
}

fn event(bytes: &mut Unstructured<'_>) -> Result<Event> {
    let step = bytes.int_in_range(0..=4)?;
    let fault = |bytes: &mut Unstructured<'_>| -> Result<Option<Fault>> {
        if !bytes.arbitrary::<bool>()? {
            return Ok(None);
        }
        let text: String = bytes.arbitrary()?;
        Ok(Some(Fault { kind: text.clone(), engine: text.clone(), attempted: text.clone(), detail: text, hint: None }))
    };
    Ok(match bytes.int_in_range(0..=2)? {
        0 => Event::Start { step, engine: "milvus".to_owned(), title: bytes.arbitrary()? },
        1 => Event::End {
            step,
            outcome: (*bytes.choose(&["done", "failed", "", "in-doubt"])?).to_owned(),
            fault: fault(bytes)?,
        },
        _ => Event::Finish { succeeded: bytes.arbitrary()?, fault: fault(bytes)?, remaining: bytes.arbitrary()? },
    })
}
