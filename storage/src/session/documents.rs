//! Definitions as files, as the servers of the session take them. Nothing is asked of a server.

use super::Session;
use crate::definition::ObjectName;
use crate::desire::Desire;
use crate::document::Document;
use crate::target::TargetName;
use std::collections::BTreeMap;

impl Session {
    /// The document of each object, by its target and name.
    pub fn documents(&self, desire: &Desire) -> BTreeMap<(TargetName, ObjectName), Document> {
        let documents = desire.objects().filter_map(|(target, name, desired)| {
            let connection = self.connections.get(target)?;
            Some(((target.clone(), name.clone()), connection.lower().document(&desired.object)?))
        });
        documents.collect()
    }
}
