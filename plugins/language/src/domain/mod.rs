//! Fields of knowledge, their concepts and how these are related.

mod concept_attributes;
mod concept_relations;
mod domain_concepts;
mod domains;

use whale_plugin::clickhouse::Table;

pub(crate) fn tables() -> [Table; 4] {
    [domains::table(), domain_concepts::table(), concept_relations::table(), concept_attributes::table()]
}
