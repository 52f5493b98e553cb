//! Compares what is wanted with what is there.
//!
//! Pure: two values in, differences out, in an order that depends on nothing else. Objects that are not ours, and marks
//! that somebody overwrote, are faults; what is ours and no longer wanted is a note, since nothing is dropped because it
//! vanished from a definition.

mod former;
mod limits;
mod namespaces;
mod order;
mod parts;
mod relations;
mod said;

pub(crate) use limits::no_limit;

use crate::catalog::{Catalog, CatalogObject, Facts};
use crate::change::{Change, ChangedFact};
use crate::definition::{Backend, Object, ObjectName};
use crate::desire::{Wanted, WantedObject};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::mark::{MarkRole, MarkState, Parts};
use crate::name::Name;
use crate::target::Deployment;
use crate::word::{Spoken, Word};
use parts::Compared;
use std::collections::{BTreeMap, BTreeSet};

/// What a comparison gives.
#[derive(Debug, Default)]
pub struct Diff {
    /// Differences that stand between the two, in no particular order but a certain one.
    pub changes: Vec<Change>,
    /// Objects that are as wanted, but whose mark does not say so, or not what the server said back; and what it is to remember.
    pub unsealed: BTreeMap<ObjectName, Parts>,
    /// Objects of which the server has to be asked what it makes of them, before the plan is one.
    pub asks: BTreeSet<ObjectName>,
    /// Namespaces and roles of ours whose mark an older host wrote, so that it names no deployment.
    pub outdated: Outdated,
    /// What forbids the plan, and what is worth saying.
    pub found: Diagnostics,
}

/// Namespaces and roles whose mark is to be written anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outdated {
    /// Namespaces.
    pub namespaces: Vec<Name>,
    /// Roles.
    pub roles: Vec<Name>,
}

impl Outdated {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.namespaces.is_empty() && self.roles.is_empty()
    }
}

/// The role of a model, in engines that have roles.
pub fn role_of(model: &Name) -> Name {
    // A checked name of at most 63 bytes; a longer role would be cut by the server and collide.
    let role = format!("whale_{model}");
    if role.len() <= 63 {
        return Name::from_server(role);
    }
    let digest = crate::catalog::digest_of(&role);
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    Name::from_server(format!("{}_{}", cut(&role, 54), cut(&digest, 8)))
}

/// Compares a target with what is wanted of it. `words` are what the server says of definitions that it does not hold as
/// they are, as far as it has been asked.
pub fn diff(wanted: &Wanted, actual: &Catalog, words: &Spoken) -> Diff {
    let mut diff = Diff::default();
    limits::roles(wanted, actual, &mut diff);
    limits::nodes(wanted, actual, &mut diff);
    let others = namespaces::compare(wanted, actual, &mut diff);
    for (name, object) in &wanted.objects {
        match actual.objects.get(name) {
            None => {
                diff.changes.push(Change::CreateObject { object: name.clone(), kind: object.desired.object.kind() });
                diff.asks.insert(name.clone());
            }
            // Said of the namespace, once.
            Some(CatalogObject { mark: MarkState::Theirs(_), .. }) if others.contains(&name.namespace) => {}
            Some(found) => compare(name, object, found, (&wanted.deployment, words.get(name)), &mut diff),
        }
    }
    diff.found.extend(said::told(wanted, words));
    if wanted.target.backend == Backend::Timescaledb {
        relations::refuse_taken(wanted, actual, &mut diff);
    }
    left_over(wanted, actual, &mut diff);
    diff
}

fn compare(
    name: &ObjectName,
    wanted: &WantedObject,
    found: &CatalogObject,
    (deployment, word): (&Deployment, Option<&Word>),
    diff: &mut Diff,
) {
    let object = &wanted.desired.object;
    let said = |fault: Diagnostic| fault.of(wanted.desired.plugin.as_str()).at(object.header().origin.as_ref());
    if let Some(fault) = not_ours(name, object, found, deployment) {
        return diff.found.push(said(fault));
    }
    let Some(mark) = found.mark.mark() else { return };
    let compared = Compared::of(name.backend, &wanted.drawn, found, mark, word);
    compared.told(name).into_iter().for_each(|told| diff.found.push(said(told)));
    if compared.asks {
        diff.asks.insert(name.clone());
    }
    if !compared.is_nothing() {
        let Compared { added, changed, removed, causes, kept, .. } = compared;
        let kind = object.kind();
        diff.changes.push(Change::AlterObject { object: name.clone(), kind, added, changed, removed, causes, kept });
    } else if !compared.written || mark.deployment.is_empty() || mark.settings != object.settings() {
        diff.unsealed.insert(name.clone(), compared.kept);
    }
}

fn compare_facts(wanted: &Facts, found: &Facts) -> Vec<ChangedFact> {
    let names: BTreeSet<&'static str> = wanted.keys().chain(found.keys()).copied().collect();
    names
        .into_iter()
        .filter(|name| wanted.get(name) != found.get(name))
        .map(|name| ChangedFact { name, from: found.get(name).cloned(), to: wanted.get(name).cloned() })
        .collect()
}

fn path(name: &ObjectName) -> String {
    format!("{}/{name}", name.backend)
}

/// Why an object is not ours to touch.
fn not_ours(name: &ObjectName, object: &Object, found: &CatalogObject, deployment: &Deployment) -> Option<Diagnostic> {
    let (kind, model) = (found.kind, object.header().model.as_str());
    match &found.mark {
        MarkState::Absent => Some(Diagnostic::error(
            codes::plan::STRANGER,
            path(name),
            format!("a {kind} named {name} exists and is not ours; it is left untouched"),
        )
        .help("rename or move that one, or define this object in another namespace; taking over what exists comes with `adopt`")),
        MarkState::Broken(line) => Some(Diagnostic::error(
            codes::plan::BROKEN_MARK,
            path(name),
            format!("the mark of {name} cannot be read: {line:?}; it is left untouched"),
        )
        .help("somebody wrote over the last line of the object's comment, or a newer host did; restore that line")),
        MarkState::Theirs(mark) => Some(
            Diagnostic::error(
                codes::plan::OTHER_DEPLOYMENT,
                path(name),
                format!("{name} {}", of_deployment(&mark.deployment, deployment)),
            )
            .help(other_deployment_help(&mark.deployment)),
        ),
        MarkState::Ours(mark) if mark.model != model || mark.id != object.header().id => Some(Diagnostic::error(
            codes::plan::OTHER_OWNER,
            path(name),
            format!("{name} belongs to {} of the model {}", mark.id, mark.model),
        )
        .help("give this object another name or namespace")),
        MarkState::Ours(mark) if mark.role != MarkRole::Live => {
            Some(unsupported(name, &format!("{name} is marked {:?}, which this host cannot bring back yet", mark.role)))
        }
        MarkState::Ours(_) if found.kind != object.kind() => {
            Some(unsupported(name, &format!("{name} is a {kind} and is now defined as a {}", object.kind())))
        }
        MarkState::Ours(_) => None,
    }
}

/// Whose something with another deployment's mark is.
fn of_deployment(theirs: &str, ours: &Deployment) -> String {
    if theirs.is_empty() {
        return "carries the mark of an older whale-host, which names no deployment, and by its name it is not this one's".to_owned();
    }
    format!("belongs to the deployment {theirs}, and whale.toml here is the deployment {}", ours.name)
}

fn other_deployment_help(theirs: &str) -> String {
    if theirs.is_empty() {
        return "give every target another prefix in whale.toml; if it is this deployment's, apply once with the older whale-host"
            .to_owned();
    }
    format!(
        "give every target a prefix of its own in this whale.toml; or, if the two are one deployment, write deployment = {theirs:?} in it"
    )
}

fn unsupported(name: &ObjectName, message: &str) -> Diagnostic {
    Diagnostic::error(codes::plan::UNSUPPORTED_CHANGE, path(name), message)
        .help("define the object under another name, or change it back")
}

/// Objects of ours under names that nothing is defined under: they left the definition, or somebody renamed or copied them.
fn left_over(wanted: &Wanted, actual: &Catalog, diff: &mut Diff) {
    let models: BTreeSet<String> = wanted.model_namespaces().into_iter().map(|(model, _)| model.to_string()).collect();
    let names: BTreeMap<&str, &ObjectName> =
        wanted.objects.iter().map(|(name, object)| (object.desired.object.header().id.as_str(), name)).collect();
    for (name, found) in &actual.objects {
        let Some(mark) = found.mark.mark() else { continue };
        if mark.role == MarkRole::Live && models.contains(&mark.model) && !wanted.objects.contains_key(name) {
            diff.found.push(match names.get(mark.id.as_str()) {
                Some(defined) => {
                    // Nothing is made under the new name beside the rows under the old one.
                    diff.changes
                        .retain(|change| !matches!(change, Change::CreateObject { object, .. } if object == *defined));
                    elsewhere(name, &mark.id, defined, actual.objects.contains_key(*defined))
                        .of(wanted.objects.get(*defined).map_or("", |one| one.desired.plugin.as_str()))
                }
                None => Diagnostic::warning(
                    codes::plan::LEFT_DEFINITION,
                    path(name),
                    format!("{name} ({}) is no longer defined; it is kept as it is", mark.id),
                ),
            });
        }
    }
}

/// An object that carries the mark of one that is defined under another name.
fn elsewhere(name: &ObjectName, id: &str, defined: &ObjectName, both: bool) -> Diagnostic {
    if both {
        return Diagnostic::warning(
            codes::plan::OTHER_NAME,
            path(name),
            format!("{name} carries the mark of {id}, and so does {defined}, which is the one defined; it is kept as it is"),
        )
        .help(format!(
            "look which of the two holds the rows: to keep those of {name}, move them into {defined}; drop neither before that"
        ));
    }
    Diagnostic::error(
        codes::plan::OTHER_NAME,
        path(name),
        format!("{id} is in the database as {name}, and is now defined as {defined}: renames are not carried out yet"),
    )
    .help(format!(
        "to keep the rows, rename {name} to {defined} in the database, then apply; for a new object without them, give it an id of its own"
    ))
}
