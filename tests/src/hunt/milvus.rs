//! Collections.

use super::random::Random;
use super::unit::{column_header, header};
use whale_storage::raw::{
    Consistency, LoadState, MilvusCollection, MilvusField, MilvusIndex, MilvusPartitions, ModelDefinition, Setting,
};

/// Scalar types, each with defaults that fit it.
const SCALARS: &[(&str, &[&str])] = &[
    ("BOOL", &["true", "false"]),
    ("INT8", &["0", "-128", "127"]),
    ("INT16", &["0", "32767"]),
    ("INT32", &["0", "-1", "2147483647"]),
    ("INT64", &["0", "1", "9223372036854775807", "-5"]),
    ("FLOAT", &["0", "0.5", "-1.25", "1e3"]),
    ("DOUBLE", &["0", "0.5", "1e-3", "3.141592653589793"]),
    ("VARCHAR(64)", &["''", "'a'", "'it''s'", "'naïve ☃'"]),
    ("VARCHAR(65535)", &["'x'"]),
    ("varchar(1)", &["'a'"]),
    ("JSON", &[]),
    ("ARRAY(INT64, 16)", &[]),
    ("ARRAY(VARCHAR(32), 8)", &[]),
    ("ARRAY(BOOL, 4096)", &[]),
    ("ARRAY(FLOAT, 1)", &[]),
];
const ODD: &[&str] =
    &["1", "'a'", "1.5", "null", "300", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"];
const DIMENSIONS: &[&str] = &["2", "3", "4", "7", "8", "16", "33", "128", "768"];
const NEWER: &[&str] = &["FLOAT16_VECTOR(8)", "BFLOAT16_VECTOR(8)", "SPARSE_FLOAT_VECTOR", "INT8_VECTOR(8)"];
const SCALAR_INDEXES: &[&str] = &["AUTOINDEX", "Trie", "STL_SORT", "INVERTED", "BITMAP", "NGRAM"];

/// Kinds of indexes on vectors, with parameters; each value is one of some, the first of which may be left out.
type Kind = (&'static str, &'static [(&'static str, &'static [&'static str])]);
const DENSE: &[Kind] = &[
    ("HNSW", &[("M", &["16", "2", "64", "256", ""]), ("efConstruction", &["200", "1", "4096", "8", ""])]),
    ("IVF_FLAT", &[("nlist", &["128", "1", "65536", ""])]),
    ("IVF_SQ8", &[("nlist", &["128", "1", ""])]),
    ("IVF_PQ", &[("nlist", &["128", "16", ""]), ("m", &["2", "1", "4", "3"]), ("nbits", &["8", "4", ""])]),
    ("FLAT", &[]),
    ("SCANN", &[("nlist", &["128", "16", ""]), ("with_raw_data", &["true", "false", ""])]),
    ("DISKANN", &[]),
    ("AUTOINDEX", &[]),
    ("hnsw", &[("M", &["8"]), ("efConstruction", &["64"])]),
];
const BINARY: &[Kind] = &[("BIN_FLAT", &[]), ("BIN_IVF_FLAT", &[("nlist", &["64", "1", ""])])];
const NAMES: &[&str] = &[
    "title", "text", "type", "id2", "order", "in", "json", "like", "vector", "metadata", "_x", "lang", "and", "count",
];

/// One collection.
pub fn unit(random: &mut Random, number: u64) -> ModelDefinition {
    let odd = if random.chance(20) { 12 } else { 0 };
    let name = format!("c{number}");
    let comment = if random.chance(25) { *random.pick(super::COMMENTS) } else { "" };
    let text_key = random.chance(35);
    let mut one = MilvusCollection {
        header: header(&name, comment),
        primary_key: "id".to_owned(),
        auto_id: random.chance(40),
        fields: vec![field(if text_key { "VARCHAR(128)" } else { "INT64" }, "id")],
        dynamic_fields: random.chance(40),
        indexes: Vec::new(),
        partitions: MilvusPartitions::Single,
        shards: u32::try_from(*random.weighted(&[(6, 1), (3, 2), (1, 4)])).unwrap(),
        consistency: *random.pick(&[
            Consistency::Strong,
            Consistency::Session,
            Consistency::Bounded,
            Consistency::Eventually,
        ]),
        load: LoadState::Released,
        properties: Vec::new(),
    };
    for _ in 0..random.below(6) {
        scalar(random, &mut one, odd);
    }
    vector(random, &mut one, odd);
    partitions(random, &mut one, odd);
    if random.chance(35) {
        let values = ["0", "3600", "86400", "3153600000"];
        let value = (*random.pick(&values)).to_owned();
        one.properties.push(Setting { name: "collection.ttl.seconds".to_owned(), value });
    }
    if random.chance(odd) {
        one.properties.push(Setting { name: "mmap.enabled".to_owned(), value: "true".to_owned() });
    }
    // A load takes seconds.
    if random.chance(12) {
        one.load = *random.pick(&[LoadState::Loaded, LoadState::OnDemand]);
    }
    let mut all = ModelDefinition::default();
    all.milvus.push(one);
    all
}

fn field(data_type: &str, name: &str) -> MilvusField {
    let (header, data_type) = (column_header(name, ""), data_type.to_owned());
    MilvusField { header, data_type, nullable: false, default_to: None, partition_key: false }
}

fn scalar(random: &mut Random, one: &mut MilvusCollection, odd: usize) {
    let name = *random.pick(NAMES);
    if one.fields.iter().any(|field| field.header.name == name) {
        return;
    }
    let (data_type, defaults) = *random.pick(SCALARS);
    let mut field = field(data_type, name);
    field.nullable = random.chance(odd);
    if random.chance(25) {
        (*random.pick(super::COMMENTS)).clone_into(&mut field.header.comment);
    }
    if random.chance(odd) {
        field.default_to = Some((*random.pick(ODD)).to_owned());
    } else if random.chance(30) && !defaults.is_empty() {
        field.default_to = Some((*random.pick(defaults)).to_owned());
    }
    if random.chance(30) {
        let kind = if random.chance(odd) {
            *random.pick(SCALAR_INDEXES)
        } else if data_type.to_uppercase().starts_with("VARCHAR") {
            *random.pick(&["Trie", "AUTOINDEX"])
        } else if data_type.contains("INT") && !data_type.contains('(') || data_type.starts_with(['F', 'D']) {
            *random.pick(&["STL_SORT", "AUTOINDEX"])
        } else {
            one.fields.push(field);
            return;
        };
        let given = random.chance(40).then(|| format!("{name}_index"));
        one.indexes.push(index(given, name, kind, None, Vec::new()));
    }
    one.fields.push(field);
}

fn index(name: Option<String>, field: &str, kind: &str, metric: Option<&str>, parameters: Vec<Setting>) -> MilvusIndex {
    MilvusIndex { name, field: field.to_owned(), kind: kind.to_owned(), metric: metric.map(str::to_owned), parameters }
}

fn vector(random: &mut Random, one: &mut MilvusCollection, odd: usize) {
    let binary = random.chance(20);
    let dimension = *random.pick(DIMENSIONS);
    let data_type = match binary {
        _ if random.chance(odd) => (*random.pick(NEWER)).to_owned(),
        true => format!("BINARY_VECTOR({})", random.pick(&["8", "64", "512", "4096"])),
        false => format!("FLOAT_VECTOR({dimension})"),
    };
    one.fields.push(field(&data_type, "embedding"));
    if random.chance(15) {
        return;
    }
    let (kind, takes) = *random.pick(if binary { BINARY } else { DENSE });
    let of_bits = binary != random.chance(odd);
    let metric = *random.pick(if of_bits { &["HAMMING", "JACCARD", "hamming"] } else { &["COSINE", "L2", "IP"] });
    let mut parameters = Vec::new();
    for (name, values) in takes {
        let value = (*random.pick(values)).to_owned();
        if !value.is_empty() {
            parameters.push(Setting { name: (*name).to_owned(), value });
        }
    }
    let name = random.chance(40).then(|| (*random.pick(&["by_embedding", "embedding_idx", "_i"])).to_owned());
    one.indexes.push(index(name, "embedding", kind, Some(metric), parameters));
}

fn partitions(random: &mut Random, one: &mut MilvusCollection, odd: usize) {
    match random.below(10) {
        0..2 => {
            let names = random.at_least_one(&["hot", "cold", "in", "p_1", "order", "a"], 4);
            one.partitions = MilvusPartitions::Named(names.into_iter().map(str::to_owned).collect());
        }
        2..4 => {
            let data_type = *random.pick(&["INT64", "VARCHAR(64)"]);
            let mut key = field(data_type, "tenant");
            key.partition_key = true;
            key.default_to = random.chance(odd).then(|| "'x'".to_owned());
            one.fields.push(key);
            one.partitions = MilvusPartitions::ByKey(*random.pick(&[1, 2, 16, 64]));
        }
        _ => {}
    }
}
