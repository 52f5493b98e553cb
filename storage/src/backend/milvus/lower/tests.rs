//! What is sent, and what is refused, for which version.

use super::*;
use crate::backend::milvus::normalize::tests::{collection, field};
use crate::change::ChangedFact;
use crate::definition::Backend;
use crate::definition::ObjectKind;
use crate::mark::Parts;
use std::collections::BTreeSet;

fn lower(text: &str) -> MilvusLower {
    let server = Server { version: text.parse().ok(), ..Server::unknown(Backend::Milvus) };
    MilvusLower::new(&server)
}

fn mark() -> Mark {
    Mark::live("main", "test/notes", "test", "r")
}

fn create(lower: MilvusLower, collection: &Collection) -> Result<Vec<String>, Vec<String>> {
    let change = Change::CreateObject { object: collection.header.name.clone(), kind: ObjectKind::Collection };
    texts(lower.lower(&change, Some(&Object::Collection(collection.clone())), &mark()))
}

fn alter(
    lower: MilvusLower,
    collection: &Collection,
    added: &[PartKey],
    changed: &[PartKey],
) -> Result<Vec<String>, Vec<String>> {
    let fact = ChangedFact { name: "x", from: None, to: None };
    let change = Change::AlterObject {
        object: collection.header.name.clone(),
        kind: ObjectKind::Collection,
        added: added.to_vec(),
        changed: changed.iter().map(|key| ChangedPart { key: key.clone(), facts: vec![fact.clone()] }).collect(),
        removed: Vec::new(),
        causes: BTreeMap::new(),
        kept: Parts::default(),
    };
    texts(lower.lower(&change, Some(&Object::Collection(collection.clone())), &mark()))
}

fn texts(lowered: Result<Recipe, Vec<Unsupported>>) -> Result<Vec<String>, Vec<String>> {
    lowered
        .map(|recipe| recipe.statements.iter().map(ToString::to_string).collect())
        .map_err(|refused| refused.iter().map(|part| format!("{}: {}", part.part, part.reason)).collect())
}

#[test]
fn a_collection_is_made_indexed_parted_and_asked_to_load() {
    let mut notes = collection();
    notes.partitions = Partitions::Named(vec![Name::from_server("a")]);
    let calls = create(lower("2.3.5"), &notes).unwrap();
    let starts: Vec<&str> = calls.iter().map(|call| call.split(' ').next().unwrap()).collect();
    assert_eq!(starts, ["CreateCollection", "CreateIndex", "CreatePartition", "LoadCollection"]);
    for load in [LoadState::Released, LoadState::OnDemand] {
        notes.load = load;
        assert_eq!(create(lower("2.3.5"), &notes).unwrap().len(), 3);
    }
}

#[test]
fn what_a_version_lacks_is_refused_by_name() {
    let mut notes = collection();
    notes.fields.push(Field { nullable: true, ..field("title", "VARCHAR(8)") });
    notes.fields.push(field("other", "FLOAT16_VECTOR(8)"));
    notes.properties.insert("mmap.enabled".to_owned(), "true".to_owned());
    let refused = create(lower("v2.3.5-lite"), &notes).unwrap_err();
    assert_eq!(refused.len(), 4, "{refused:?}");
    assert!(refused.iter().all(|line| line.contains("Milvus 2.3.5")), "{refused:?}");
    assert_eq!(create(lower("2.4"), &notes).unwrap_err().len(), 1);
    assert!(create(lower("2.5.1"), &notes).is_ok());
    assert_eq!(create(lower("unknown"), &notes).unwrap_err().len(), 4);
}

#[test]
fn additions_end_with_the_mark() {
    let mut notes = collection();
    notes.properties.insert("collection.ttl.seconds".to_owned(), "60".to_owned());
    let added = [
        PartKey::new(PartKind::Index, "embedding"),
        PartKey::new(PartKind::Partition, "p"),
        PartKey::new(PartKind::Property, "collection.ttl.seconds"),
    ];
    let calls = alter(lower("2.3.5"), &notes, &added, &[PartKey::only(PartKind::Load)]).unwrap();
    assert_eq!(calls.len(), 4);
    assert_eq!(calls.last().unwrap(), "AlterCollection test.notes (collection.ttl.seconds, whale.mark)");
}

#[test]
fn another_placement_is_a_release_and_a_load_and_interrupts() {
    let mut notes = collection();
    notes.placement = Placement { replicas: 2, groups: ["law".to_owned()].into(), settings: BTreeSet::new() };
    let fact = |name| ChangedFact { name, from: None, to: Some("2".into()) };
    let lowered = |facts: Vec<ChangedFact>| {
        let change = Change::AlterObject {
            object: notes.header.name.clone(),
            kind: ObjectKind::Collection,
            added: Vec::new(),
            changed: vec![ChangedPart { key: PartKey::only(PartKind::Load), facts }],
            removed: Vec::new(),
            causes: BTreeMap::new(),
            kept: Parts::default(),
        };
        lower("2.3.5").lower(&change, Some(&Object::Collection(notes.clone())), &mark()).unwrap()
    };
    let moved = lowered(vec![fact("replicas"), fact("resource groups")]);
    assert_eq!(moved.hazards, [Hazard::Interruption]);
    let load = "LoadCollection test.notes (replicas 2; resource groups law)";
    assert_eq!(texts(Ok(moved)).unwrap()[..2], ["ReleaseCollection test.notes", load]);
    // What is not loaded interrupts nobody.
    let loaded = lowered(vec![fact("replicas"), fact("state")]);
    assert_eq!(loaded.hazards, []);
    assert_eq!(texts(Ok(loaded)).unwrap()[0], load);
}

#[test]
fn a_field_is_added_only_where_it_can_be() {
    let mut notes = collection();
    notes.fields.push(Field { nullable: true, comment: "c".to_owned(), ..field("title", "VARCHAR(8)") });
    let added = [PartKey::new(PartKind::Column, "title"), PartKey::new(PartKind::ColumnComment, "title")];
    assert!(alter(lower("2.5"), &notes, &added, &[]).unwrap_err().concat().contains("cannot add a field"));
    assert_eq!(alter(lower("2.6"), &notes, &added, &[]).unwrap().len(), 2);
    notes.fields.last_mut().unwrap().nullable = false;
    assert!(alter(lower("2.6"), &notes, &added, &[]).unwrap_err().concat().contains("only a nullable scalar field"));
    assert!(alter(lower("2.6"), &notes, &[], &[PartKey::only(PartKind::Comment)]).is_err());
}
