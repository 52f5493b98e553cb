//! Names of constraints and indexes, given or derived.
//!
//! Tables, aggregates and indexes of a schema share one space of names in PostgreSQL, and an index is made for every
//! primary key and unique constraint; names of other constraints have to differ within their table. A derived name that
//! would be too long ends in a digest of the whole, so that two of them never become one.

use super::BACKEND;
use crate::catalog::digest_of;
use crate::diagnostic::codes;
use crate::name::{Name, Place};
use crate::raw;
use crate::validate::{Check, cut};
use std::collections::BTreeSet;

/// Names that are taken.
#[derive(Default)]
pub(super) struct Names {
    relations: BTreeSet<(String, String)>,
    constraints: BTreeSet<String>,
    namespace: String,
    table: String,
}

impl Names {
    /// Takes the name of a table or an aggregate.
    pub(super) fn claim_object(&mut self, check: &Check<'_>, table: &raw::PgTable) {
        if let Some(resolved) = check.ids.get(&table.header.id) {
            self.relations.insert((resolved.name.namespace.to_string(), resolved.name.name.to_string()));
        }
    }

    /// Begins a table or an aggregate.
    pub(super) fn begin(&mut self, header: &raw::Header) {
        self.namespace = header.namespace.clone().unwrap_or_default();
        self.table.clone_from(&header.name);
        self.constraints.clear();
    }

    /// The given name, or one made of the table, some words and a suffix; taken from now on.
    pub(super) fn derive(
        &mut self,
        check: &mut Check<'_>,
        path: &str,
        given: Option<&str>,
        place: Place,
        words: &[String],
        suffix: &str,
    ) -> Option<Name> {
        let name = match given {
            Some(text) => check.name(BACKEND, place, path, text)?,
            None => Name::checked(&self.fitting(words, suffix)).ok()?,
        };
        let namespace = match self.namespace.as_str() {
            "" => check.model.to_string(),
            given => given.to_owned(),
        };
        let indexed = place == Place::Index || suffix == "pkey" || suffix == "key";
        let free_relation = !indexed || self.relations.insert((namespace, name.to_string()));
        let free_constraint = place != Place::Constraint || self.constraints.insert(name.to_string());
        if !free_relation || !free_constraint {
            check.error(
                codes::name::TWICE,
                path,
                format!("the name {} is taken by another table, index or constraint", cut(name.as_str())),
                "give it a name of its own",
            );
            return None;
        }
        Some(name)
    }

    fn fitting(&self, words: &[String], suffix: &str) -> String {
        let whole: Vec<&str> =
            std::iter::once(self.table.as_str()).chain(words.iter().map(String::as_str)).chain([suffix]).collect();
        let whole = whole.join("_");
        if whole.len() <= Name::MOST_BYTES {
            return whole;
        }
        let digest: String = digest_of(&whole).chars().take(8).collect();
        let kept: String = whole.chars().take(Name::MOST_BYTES - digest.len() - suffix.len() - 2).collect();
        format!("{kept}_{digest}_{suffix}")
    }
}
