//! Judging what plugins returned: each by itself, in the same way for every command, and then all of them together.

use super::Candidate;
use crate::settings::versions::Versions;
use crate::settings::{Settings, grants};
use whale_storage::capability::Capabilities;
use whale_storage::definition::Definition;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::Diagnostics;
use whale_storage::name::Name;
use whale_storage::validate;

/// What was judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The plugins, in the order named.
    pub(crate) candidates: Vec<Candidate>,
    /// What those that were accepted define, all of them together.
    pub(crate) desire: Desire,
    /// What was found about all of them together.
    pub(crate) clashes: Diagnostics,
}

impl Judged {
    /// Everything that was found, plugin by plugin.
    pub(crate) fn found(&self) -> Diagnostics {
        let mut found = Diagnostics::default();
        for candidate in &self.candidates {
            found.extend(candidate.found());
        }
        found.extend(self.clashes.clone());
        found
    }
}

/// Judges what plugins returned, again if need be against other versions. `remote` is a target that is not on this machine, where there is one.
pub(crate) fn judge(
    settings: &Settings,
    mut candidates: Vec<Candidate>,
    versions: &Versions,
    remote: Option<&str>,
) -> Judged {
    let definitions: Vec<Definition> =
        candidates.iter_mut().filter_map(|candidate| judge_one(settings, candidate, versions, remote)).collect();
    let (desire, clashes) = Desire::merge(&definitions, &settings.config.layout());
    Judged { candidates, desire, clashes }
}

/// Judges one plugin by itself, and gives what it defines where nothing forbids that.
pub(super) fn judge_one(
    settings: &Settings,
    candidate: &mut Candidate,
    versions: &Versions,
    remote: Option<&str>,
) -> Option<Definition> {
    let (Some(info), Some(defines)) = (&candidate.info, &candidate.defined) else { return None };
    let granted = match grants::granted(settings, info, remote) {
        Ok(granted) => granted,
        Err(found) => {
            candidate.judging = found;
            return None;
        }
    };
    let may = Capabilities::of(info, &granted.grant, &granted.ceiling);
    if let Some(fault) = candidate.locked.as_ref().and_then(|locked| locked.widened(&info.name, &may)) {
        candidate.judging = fault.into();
        return None;
    }
    candidate.may = Some(may);
    let against = versions.against(&Name::from_server(info.model.as_str()));
    let (definition, found) = validate::validate(info, &defines.definition, &defines.digest, &granted, &against);
    let accepted = settings.config.plugins.get(&info.name).map(|listed| &listed.accept);
    candidate.judging = match accepted {
        Some(accepted) => found.without(accepted),
        None => found,
    };
    definition
}
