//! Rules of Milvus, by the version of the server: what an older one silently ignores is refused.

mod builds;

use super::{Check, cut};
use crate::definition::Backend;
use crate::definition::milvus::{Collection, Field, Index, Partitions};
use crate::diagnostic::{Code, codes};
use crate::expr::{Clause, Dialect, Expr};
use crate::name::{Name, Place};
use crate::raw::{self, LoadState};
use crate::server::Version;
use crate::types::milvus::{IndexKind, Metric, Type};
use crate::types::nearest;
use std::collections::{BTreeMap, BTreeSet};

const BACKEND: Backend = Backend::Milvus;
/// What a definition may say of a collection beside its schema.
pub(super) const PROPERTIES: [&str; 2] = ["collection.ttl.seconds", "mmap.enabled"];
const MOST_FIELDS: usize = 64;
const MOST_SHARDS: u32 = 16;
/// Newer servers allow 1,024; what passes here passes everywhere.
const MOST_PARTITIONS: usize = 1_024;

const SEVERAL_VECTORS: Version = Version::of(2, 4);
const NULLABLE: Version = Version::of(2, 5);
const MMAP: Version = Version::of(2, 4);

impl Check<'_> {
    /// Collections that pass.
    pub(super) fn collections(&mut self, collections: &[raw::MilvusCollection]) -> Vec<Collection> {
        collections.iter().filter_map(|collection| self.collection(collection)).collect()
    }

    fn collection(&mut self, collection: &raw::MilvusCollection) -> Option<Collection> {
        self.begin(BACKEND, &collection.header);
        let header = self.header(BACKEND, &collection.header);
        self.column_names(collection.fields.iter().map(|field| &field.header), MOST_FIELDS);
        let fields: Vec<_> = collection.fields.iter().map(|field| self.field(field)).collect();
        let fields: Vec<Field> = fields.into_iter().collect::<Option<_>>()?;
        let primary_key = self.primary_field(collection, &fields);
        self.vectors(&fields);
        let by_name: BTreeMap<&str, &Field> = fields.iter().map(|field| (field.name.as_str(), field)).collect();
        let known: BTreeSet<Name> = fields.iter().map(|field| field.name.clone()).collect();
        let indexes: Vec<_> =
            collection.indexes.iter().map(|index| self.milvus_index(index, &by_name, &known)).collect();
        self.distinct("indexes", "indexes of one field", collection.indexes.iter().map(|index| index.field.as_str()));
        self.index_names(collection);
        self.loadable(collection, &fields);
        let partitions = self.partitions(&collection.partitions, &fields);
        if collection.shards == 0 || collection.shards > MOST_SHARDS {
            self.error(
                codes::milvus::SHARDS,
                "shards",
                format!("{} shards; 1 to {MOST_SHARDS} are possible", collection.shards),
                "1 or 2 is usual",
            );
        }
        let properties = self.properties(&collection.properties);
        Some(Collection {
            header: header?,
            primary_key: primary_key?,
            auto_id: collection.auto_id,
            fields,
            dynamic_fields: collection.dynamic_fields,
            indexes: indexes.into_iter().collect::<Option<_>>()?,
            partitions: partitions?,
            shards: collection.shards,
            consistency: collection.consistency,
            load: collection.load,
            placement: crate::scaling::Placement::default(),
            properties: properties?,
        })
    }

    fn field(&mut self, field: &raw::MilvusField) -> Option<Field> {
        let path = format!("fields/{}", cut(&field.header.name));
        let name = self.name(BACKEND, Place::Column, &path, &field.header.name);
        self.no_rename(&field.header, &path);
        self.column_comment(&path, &field.header.comment);
        let data_type = self.parsed(&path, Type::parse(&field.data_type));
        let default = match &field.default_to {
            Some(text) => Some(self.expression(&path, text, Dialect::Milvus, Clause::Default, &BTreeSet::new())?),
            None => None,
        };
        let (name, data_type) = (name?, data_type?);
        let (major, minor) = data_type.since();
        self.since(&path, &format!("the type {data_type}"), Version::of(u32::from(major), u32::from(minor)));
        if field.nullable {
            self.since(&path, "a nullable field", NULLABLE);
        }
        if field.nullable && data_type.is_vector() {
            self.error(codes::milvus::FIELD, &path, "a vector field cannot be null", "leave `nullable` off");
        }
        let scalar = !data_type.is_vector() && !matches!(data_type, Type::Json | Type::Array(..));
        if let Some(default) = &default {
            self.default_fits(&path, default, &data_type, scalar);
        }
        if field.partition_key && !matches!(data_type, Type::Int64 | Type::Varchar(_)) {
            self.error(
                codes::milvus::PARTITION,
                &path,
                format!("a partition key is INT64 or VARCHAR, not {data_type}"),
                "choose another field",
            );
        }
        Some(Field {
            name,
            comment: field.header.comment.clone(),
            data_type,
            nullable: field.nullable,
            default,
            partition_key: field.partition_key,
        })
    }

    fn default_fits(&mut self, path: &str, default: &Expr, data_type: &Type, scalar: bool) {
        use crate::expr::Literal;
        let fits = match default {
            Expr::Literal(Literal::Boolean(_)) => *data_type == Type::Bool,
            Expr::Literal(Literal::Number(text)) => {
                data_type.is_number()
                    && (!data_type.is_integer() || text.parse::<i64>().is_ok_and(|number| in_range(number, data_type)))
            }
            Expr::Literal(Literal::Text(text)) => {
                matches!(data_type, Type::Varchar(most) if text.len() <= usize::try_from(*most).unwrap_or(usize::MAX))
            }
            _ => false,
        };
        if !scalar || !fits {
            self.error(
                codes::milvus::FIELD,
                path,
                format!("the default does not fit {data_type}"),
                "give a literal of the field's type; vectors, JSON and arrays have no default",
            );
        }
    }

    /// What needs a newer server than the one that is judged against.
    fn since(&mut self, path: &str, what: &str, needed: Version) {
        let have = self.against.version(BACKEND);
        if have < needed {
            self.error(
                codes::milvus::VERSION,
                path,
                format!("{what} needs Milvus {needed}, judged against {have}"),
                "name the server's version with --against milvus=VERSION, or in whale.toml; or do without",
            );
        }
    }

    fn primary_field(&mut self, collection: &raw::MilvusCollection, fields: &[Field]) -> Option<Name> {
        let Some(field) = fields.iter().find(|field| field.name.as_str() == collection.primary_key) else {
            let known: BTreeSet<Name> = fields.iter().map(|field| field.name.clone()).collect();
            self.unknown_column("primary_key", &collection.primary_key, &known);
            return None;
        };
        let mut fault = |message: String, help: &str| self.error(codes::milvus::FIELD, "primary_key", message, help);
        if !matches!(field.data_type, Type::Int64 | Type::Varchar(_)) {
            fault(format!("a primary key is INT64 or VARCHAR, not {}", field.data_type), "choose another field");
        }
        if field.nullable || field.default.is_some() || field.partition_key {
            fault(
                format!("{} is the primary key and can have no null, no default and no partition key", field.name),
                "take that off the field",
            );
        }
        Some(field.name.clone())
    }

    fn vectors(&mut self, fields: &[Field]) {
        match fields.iter().filter(|field| field.data_type.is_vector()).count() {
            0 => self.error(
                codes::milvus::VECTORS,
                "fields",
                "the collection has no vector field",
                "add one; Milvus makes no collection without",
            ),
            1 => {}
            2..=10 => self.since("fields", "a second vector field", SEVERAL_VECTORS),
            more => self.error(
                codes::milvus::VECTORS,
                "fields",
                format!("{more} vector fields; at most 10 are possible"),
                "split the collection",
            ),
        }
    }

    fn milvus_index(
        &mut self,
        index: &raw::MilvusIndex,
        fields: &BTreeMap<&str, &Field>,
        known: &BTreeSet<Name>,
    ) -> Option<Index> {
        let path = format!("indexes/{}", cut(&index.field));
        let Some(field) = fields.get(index.field.as_str()) else {
            self.unknown_column(&path, &index.field, known);
            return None;
        };
        let name = match &index.name {
            Some(text) => self.name(BACKEND, Place::Index, &path, text),
            None => Some(field.name.clone()),
        };
        let kind = self.parsed(&path, IndexKind::parse(&index.kind))?;
        let (major, minor) = kind.since();
        self.since(&path, &format!("the index kind {kind}"), Version::of(u32::from(major), u32::from(minor)));
        if !kind.fits(&field.data_type) {
            self.error(
                codes::milvus::INDEX,
                &path,
                format!("{kind} does not index {}", field.data_type),
                "choose a kind for that type",
            );
        }
        let metric = match &index.metric {
            Some(text) => Some(self.parsed(&path, Metric::parse(text))?),
            None => None,
        };
        self.metric_fits(&path, metric, &field.data_type);
        self.distinct(&path, "parameters", index.parameters.iter().map(|parameter| parameter.name.as_str()));
        let parameters: Vec<_> = index
            .parameters
            .iter()
            .map(|parameter| {
                self.parsed(&path, kind.parameter(&parameter.name, &parameter.value))
                    .map(|value| (parameter.name.clone(), value))
            })
            .collect();
        self.index_builds(&path, index, kind, &field.data_type);
        Some(Index {
            name: name?,
            field: field.name.clone(),
            kind,
            metric,
            parameters: parameters.into_iter().collect::<Option<_>>()?,
        })
    }

    /// An index without a name has that of its field.
    fn index_names(&mut self, collection: &raw::MilvusCollection) {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for index in &collection.indexes {
            let name = index.name.as_deref().unwrap_or(&index.field);
            let first = taken.insert(name, &index.field);
            // Two of one field are told as such.
            if let Some(first) = first.filter(|first| *first != index.field) {
                self.error(
                    codes::milvus::INDEX_NAME,
                    format!("indexes/{}", cut(&index.field)),
                    format!("the indexes of {} and {} are both named {}", cut(first), cut(&index.field), cut(name)),
                    "give each a name of its own; one without a name has that of its field",
                );
            }
        }
    }

    fn metric_fits(&mut self, path: &str, metric: Option<Metric>, data_type: &Type) {
        let fault = match metric {
            None if data_type.is_vector() => Some("an index on a vector names its metric".to_owned()),
            Some(metric) if !data_type.is_vector() => {
                Some(format!("{metric} is for vectors, and the field is {data_type}"))
            }
            Some(metric) if !metric.fits(data_type) => Some(format!("{metric} does not compare {data_type}")),
            _ => None,
        };
        if let Some(fault) = fault {
            self.error(
                codes::milvus::INDEX,
                path,
                fault,
                "COSINE, IP or L2 for float vectors; HAMMING or JACCARD for binary ones; IP for sparse ones",
            );
        }
    }

    fn loadable(&mut self, collection: &raw::MilvusCollection, fields: &[Field]) {
        if collection.load != LoadState::Loaded {
            return;
        }
        let indexed: BTreeSet<&str> = collection.indexes.iter().map(|index| index.field.as_str()).collect();
        for field in fields.iter().filter(|field| field.data_type.is_vector()) {
            if !indexed.contains(field.name.as_str()) {
                self.error(
                    codes::milvus::INDEX,
                    format!("indexes/{}", field.name),
                    "a loaded collection needs an index on every vector field",
                    "add an index, or leave the collection released or on demand",
                );
            }
        }
    }

    fn partitions(&mut self, partitions: &raw::MilvusPartitions, fields: &[Field]) -> Option<Partitions> {
        let keys = fields.iter().filter(|field| field.partition_key).count();
        let path = "partitions";
        let fault: Option<(Code, String)> = match partitions {
            raw::MilvusPartitions::ByKey(_) if keys != 1 => Some((
                codes::milvus::PARTITION,
                format!("it is partitioned by key, and {keys} fields are marked as the partition key"),
            )),
            raw::MilvusPartitions::Single | raw::MilvusPartitions::Named(_) if keys > 0 => Some((
                codes::milvus::PARTITION,
                "a field is marked as the partition key, and the collection is not partitioned by key".to_owned(),
            )),
            raw::MilvusPartitions::ByKey(count)
                if *count == 0 || usize::try_from(*count).is_ok_and(|count| count > MOST_PARTITIONS) =>
            {
                Some((codes::milvus::PARTITION, format!("{count} partitions; 1 to {MOST_PARTITIONS} are possible")))
            }
            raw::MilvusPartitions::Named(names) if names.len() >= MOST_PARTITIONS => Some((
                codes::milvus::PARTITION,
                format!("{} partitions; fewer than {MOST_PARTITIONS} are possible", names.len()),
            )),
            _ => None,
        };
        if let Some((code, message)) = fault {
            self.error(
                code,
                path,
                message,
                "mark exactly one field and give a number of partitions, or name the partitions and mark none",
            );
            return None;
        }
        match partitions {
            raw::MilvusPartitions::Single => Some(Partitions::Single),
            raw::MilvusPartitions::ByKey(count) => Some(Partitions::ByKey(*count)),
            raw::MilvusPartitions::Named(names) => {
                self.distinct(path, "partitions", names.iter().map(String::as_str));
                self.names(BACKEND, Place::Partition, path, names).map(Partitions::Named)
            }
        }
    }

    fn properties(&mut self, properties: &[raw::Setting]) -> Option<BTreeMap<String, String>> {
        self.distinct("properties", "properties", properties.iter().map(|property| property.name.as_str()));
        let mut all = BTreeMap::new();
        for property in properties {
            let path = format!("properties/{}", cut(&property.name));
            let value = property.value.as_str();
            let fault = match property.name.as_str() {
                // A hundred years, as newer servers bound it.
                "collection.ttl.seconds" => value
                    .parse::<u64>()
                    .map_or(true, |seconds| seconds > 3_153_600_000)
                    .then_some("a number of seconds up to 3,153,600,000"),
                "mmap.enabled" => {
                    self.since(&path, "mmap", MMAP);
                    (!["true", "false"].contains(&value)).then_some("true or false")
                }
                other => {
                    let help = nearest(other, PROPERTIES).map_or_else(
                        || format!("properties that a definition may give: {}", PROPERTIES.join(", ")),
                        |near| format!("did you mean {near}?"),
                    );
                    self.error(
                        codes::milvus::PROPERTY,
                        &path,
                        format!("{:?} is not on the list of properties", cut(other)),
                        help,
                    );
                    continue;
                }
            };
            if let Some(wanted) = fault {
                self.error(
                    codes::milvus::PROPERTY,
                    &path,
                    format!("{:?} is not {wanted}", cut(value)),
                    format!("give {wanted}"),
                );
            }
            all.insert(property.name.clone(), property.value.clone());
        }
        (all.len() == properties.len()).then_some(all)
    }
}

fn in_range(number: i64, data_type: &Type) -> bool {
    match data_type {
        Type::Int8 => i8::try_from(number).is_ok(),
        Type::Int16 => i16::try_from(number).is_ok(),
        Type::Int32 => i32::try_from(number).is_ok(),
        _ => true,
    }
}
