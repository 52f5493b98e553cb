//! Landlock: no file may be opened, made, run or changed, no port bound or connected to, no signal sent outside.
//!
//! The rule set handles everything the kernel can and allows nothing. What a kernel's landlock does not know yet it
//! does not forbid; the other layers do.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr as _, RulesetStatus, Scope,
};

/// Puts it in force; the version that holds, none where the kernel has none.
pub(super) fn forbid() -> Option<i32> {
    // The newest that the library knows; of that, what the kernel knows.
    let newest = ABI::V10;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(newest)))
        .and_then(|rules| rules.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .ok()?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => None,
        (_, LandlockStatus::Available { effective_abi, .. }) => Some(effective_abi as i32),
        _ => None,
    }
}
