//! Definitions as files, as the servers of the session take them. Nothing is asked of a server.

use super::Session;
use crate::definition::ObjectName;
use crate::desire::Desire;
use crate::document::Document;
use std::collections::BTreeMap;

impl Session {
    /// The document of each object, by its name.
    pub fn documents(&self, desire: &Desire) -> BTreeMap<ObjectName, Document> {
        let document = |(name, desired): (&ObjectName, &crate::desire::Desired)| {
            let connection = self.connections.get(&name.backend)?;
            Some((name.clone(), connection.lower().document(&desired.object)?))
        };
        desire.objects.iter().filter_map(document).collect()
    }
}
