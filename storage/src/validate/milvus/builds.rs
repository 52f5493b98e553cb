//! Indexes that a server of Milvus takes when they are asked for, and never builds.

use super::BACKEND;
use crate::diagnostic::codes;
use crate::raw;
use crate::server::Version;
use crate::types::milvus::{IndexKind, Type};
use crate::validate::Check;

const SCALAR_AUTOINDEX: Version = Version::of(2, 4);

impl Check<'_> {
    /// What a server takes when an index is asked for, and cannot build: the collection stays without it.
    pub(super) fn index_builds(&mut self, path: &str, index: &raw::MilvusIndex, kind: IndexKind, of: &Type) {
        let have = self.against.version(BACKEND);
        let version = (u16::try_from(have.major).unwrap_or(u16::MAX), u16::try_from(have.minor).unwrap_or(u16::MAX));
        let given = |name: &str| index.parameters.iter().find(|given| given.name == name);
        for missing in kind.parameters().iter().filter(|one| one.needed.by(version) && given(one.name).is_none()) {
            let message = format!("{kind} needs the parameter {}, judged against Milvus {have}", missing.name);
            let help = match missing.name {
                "M" => "add it; 16 is usual",
                "efConstruction" => "add it; 200 is usual",
                "nlist" => "add it; 1,024 is usual",
                _ => "add it",
            };
            self.error(codes::milvus::INDEX, path, message, help);
        }
        let Some(dimensions) = of.dimensions() else {
            if kind == IndexKind::AutoIndex && !of.is_vector() {
                self.since(path, "AUTOINDEX on a scalar", SCALAR_AUTOINDEX);
            }
            return;
        };
        let parts = given("m").and_then(|given| given.value.parse::<u32>().ok());
        if kind == IndexKind::IvfPq
            && let Some(parts) = parts.filter(|parts| *parts != 0 && !dimensions.is_multiple_of(*parts))
        {
            let message = format!("`m` is {parts}, which does not divide the dimension, {dimensions}");
            self.error(
                codes::milvus::INDEX,
                path,
                message,
                "give a divisor of the dimension; an eighth of it is usual",
            );
        }
        if kind == IndexKind::Scann && !dimensions.is_multiple_of(2) {
            let message = format!("SCANN takes pairs of dimensions, and there are {dimensions}");
            self.error(codes::milvus::INDEX, path, message, "give the vector an even dimension, or choose IVF_FLAT");
        }
    }
}
