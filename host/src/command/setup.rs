//! `setup`: makes the storage tree. What is there stays; a second time there is nothing to do.
//!
//! Everything is looked at before anything is made. Plugins are run only to learn their models, in the sandbox as ever;
//! one that does not load is told of and does not stop the rest.

use crate::cli::{Selection, TreeOptions};
use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::pipeline;
use crate::render::{Output, SetUp};
use crate::settings::Settings;
use crate::text::shown_within;
use crate::tree::shipped::{self, Fate};
use crate::tree::{Failed, Tree, Wanted, layout};
use std::collections::{BTreeMap, BTreeSet};
use whale_storage::definition::Backend;
use whale_storage::desire::HOST_MODEL;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, Severity};
use whale_storage::name::Name;

/// Makes the tree.
pub(super) fn run(settings: &Settings, options: &TreeOptions) -> Result<Ending, Failure> {
    let (models, found) = if options.models.is_empty() { usual(settings)? } else { named(&options.models)? };
    let engines: BTreeSet<Backend> = if options.engines.is_empty() {
        Backend::ALL.into_iter().collect()
    } else {
        options.engines.iter().copied().collect()
    };
    let tree = Tree::named_or_usual(settings, options.root.as_deref());
    let wanted = Wanted {
        folders: layout::folders(&models, &engines),
        files: shipped::ALL.iter().map(|shipped| shipped.path.to_owned()).collect(),
    };
    let survey = tree.survey(&wanted).map_err(Failure::Refused)?;
    let fates: BTreeMap<&'static str, Fate> = shipped::ALL
        .iter()
        .map(|shipped| (shipped.path, shipped.fate(survey.files.get(shipped.path).and_then(Option::as_deref))))
        .collect();
    let (done, failed) = make(&tree, &survey.folders, &fates);
    // What was not reached is neither made nor there.
    let reached = |path: &str| failed.is_none() || done.contains(path);
    let folders = survey.folders.into_iter().filter(|(path, there)| *there || reached(path)).collect();
    let files =
        fates.into_iter().filter(|(path, fate)| matches!(fate, Fate::There | Fate::Kept) || reached(path)).collect();
    let output = Output::SetUp(SetUp { root: tree.shown(), models, folders, files });
    let mut ending = Ending::new(Exit::Done, output, found);
    if let Some(trouble) = failed {
        ending.exit = Exit::Failed;
        ending.troubles.push(trouble);
    }
    Ok(ending)
}

/// Makes what is missing, and tells how far it came.
fn make(
    tree: &Tree,
    folders: &BTreeMap<String, bool>,
    fates: &BTreeMap<&'static str, Fate>,
) -> (BTreeSet<String>, Option<Trouble>) {
    let missing = folders.iter().filter(|(_, there)| !**there).map(|(path, _)| path.as_str());
    let texts: Vec<(&str, String)> = shipped::ALL
        .iter()
        .filter(|shipped| matches!(fates.get(shipped.path), Some(Fate::Made | Fate::Updated)))
        .map(|shipped| (shipped.path, shipped.text()))
        .collect();
    let mut done = BTreeSet::new();
    let made = tree.make(missing, texts.iter().map(|(path, text)| (*path, text.as_str())), &mut |path| {
        done.insert(path.to_owned());
    });
    let trouble = made.err().map(|Failed { path, error }| {
        let message = format!("making {path} in the storage tree {}", tree.shown());
        Trouble::new("tree", message).because(&error).hint("what was made stays; mend this and run setup again")
    });
    (done, trouble)
}

/// The models that were named, or what is wrong with their names.
fn named(names: &[String]) -> Result<(BTreeSet<Name>, Diagnostics), Failure> {
    let mut models = BTreeSet::new();
    let mut found = Diagnostics::default();
    for name in names {
        match Name::checked(name) {
            Ok(name) => {
                models.insert(name);
            }
            Err(fault) => found.push(fault.diagnostic(format!("--models {}", shown_within(name, 80)))),
        }
    }
    if found.is_empty() { Ok((models, found)) } else { Err(Failure::Refused(found)) }
}

/// The usual models and those of the plugins of whale.toml, with what keeps plugins from saying theirs.
fn usual(settings: &Settings) -> Result<(BTreeSet<Name>, Diagnostics), Failure> {
    let (mut models, mut found) = named(&layout::USUAL.map(str::to_owned))?;
    models.extend(settings.config.models.keys().cloned());
    if settings.config.files.is_empty() {
        return Ok((models, found));
    }
    match pipeline::load(settings, &Selection { all: true, ..Selection::default() }) {
        Err(Failure::Refused(faults)) => warn(&mut found, &faults),
        Err(failure) => return Err(failure),
        Ok(candidates) => {
            for candidate in candidates {
                let model = candidate.info.as_ref().and_then(|info| Name::checked(&info.model).ok());
                match model.filter(|model| model.as_str() != HOST_MODEL) {
                    Some(model) => {
                        models.insert(model);
                    }
                    None => warn(&mut found, &candidate.found()),
                }
            }
        }
    }
    Ok((models, found))
}

/// Faults of plugins do not stop a tree from being made.
fn warn(found: &mut Diagnostics, faults: &Diagnostics) {
    for fault in faults {
        found.push(Diagnostic { severity: Severity::Warning, ..fault.clone() });
    }
}
