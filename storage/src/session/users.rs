//! What `setup roles` has made on the targets, one after the other.

use super::Session;
use super::examine::needs;
use crate::backend::EngineError;
use crate::backend::host_user::HostUser;
use crate::desire::Desire;
use crate::target::TargetName;
use std::collections::BTreeMap;

impl Session {
    /// Makes the host's own users, or only tells what would be sent. A target that cannot have one does not stop the rest.
    pub async fn make_users(
        &mut self,
        desire: &Desire,
        users: &BTreeMap<TargetName, HostUser>,
        pretend: bool,
    ) -> BTreeMap<TargetName, Result<Vec<String>, EngineError>> {
        let mut made = BTreeMap::new();
        for (target, connection) in &mut self.connections {
            let Some(user) = users.get(target) else { continue };
            let needs = needs(&connection.wanted(target, desire));
            made.insert(target.clone(), connection.make_user(user, &needs, pretend).await);
        }
        made
    }
}
