//! Values of every form that the contract has, made from `wit/model.wit` itself: a new field is among them by itself.

use crate::hostile::make::contract;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use wit_parser::{Resolve, Type, TypeDefKind};

/// Samples of what `describe` returns and of what `define` returns, its problems last. Every option is given, every list
/// has an element, and every case of every variant is in one of them.
pub fn samples() -> (Vec<Value>, Vec<Value>) {
    let (resolve, _) = contract(&[]);
    let (_, interface) = resolve.interfaces.iter().find(|(_, one)| one.name.as_deref() == Some("plugin")).unwrap();
    let all = |kind: Type| {
        let mut seen = BTreeSet::new();
        let mut samples: Vec<Value> = (0..most_cases(&resolve)).map(|turn| sample(&resolve, &kind, turn)).collect();
        samples.retain(|sample| seen.insert(sample.to_string()));
        samples
    };
    let describe = all(interface.functions["describe"].result.unwrap());
    let Type::Id(result) = interface.functions["define"].result.unwrap() else { panic!("define returns a result") };
    let TypeDefKind::Result(result) = &resolve.types[result].kind else { panic!("define returns a result") };
    let mut define = all(result.ok.unwrap());
    define.extend(all(result.err.unwrap()).into_iter().map(|problems| serde_json::json!({ "err": problems })));
    (describe, define)
}

fn most_cases(resolve: &Resolve) -> usize {
    let cases = |kind: &TypeDefKind| if let TypeDefKind::Variant(variant) = kind { variant.cases.len() } else { 1 };
    resolve.types.iter().map(|(_, one)| cases(&one.kind)).max().unwrap()
}

/// `turn` picks the case of each variant.
fn sample(resolve: &Resolve, kind: &Type, turn: usize) -> Value {
    match kind {
        Type::Bool => Value::Bool(false),
        Type::String => Value::String("text".to_owned()),
        Type::Id(id) => match &resolve.types[*id].kind {
            TypeDefKind::Type(kind) | TypeDefKind::Option(kind) => sample(resolve, kind, turn),
            TypeDefKind::Record(record) => {
                let field = |field: &wit_parser::Field| (field.name.clone(), sample(resolve, &field.ty, turn));
                Value::Object(record.fields.iter().map(field).collect())
            }
            TypeDefKind::Enum(cases) => Value::String(cases.cases[turn % cases.cases.len()].name.clone()),
            TypeDefKind::Variant(variant) => {
                let case = &variant.cases[turn % variant.cases.len()];
                match &case.ty {
                    None => Value::String(case.name.clone()),
                    Some(kind) => Value::Object(Map::from_iter([(case.name.clone(), sample(resolve, kind, turn))])),
                }
            }
            TypeDefKind::List(kind) => Value::Array(vec![sample(resolve, kind, turn)]),
            other => panic!("the contract has no {}", other.as_str()),
        },
        _ => Value::from(1),
    }
}

/// Pointers to texts of a sample that an author chooses: names of cases are no such text.
pub fn texts(sample: &Value) -> Vec<String> {
    super::leaves(sample).into_iter().filter(|pointer| sample.pointer(pointer).unwrap() == "text").collect()
}
