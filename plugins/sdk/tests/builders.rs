//! What a builder says is what the contract carries; what goes wrong in `define` is a problem with its text.

use whale_plugin::contract::{
    self, Argument, ChunkWidth, Direction, DurationUnit, Guest, Identity, MilvusPartitions, Nulls, ParameterValue,
    PgColumnValue,
};
use whale_plugin::timescaledb::{
    Check, Column, Columnstore, ContinuousAggregate, ForeignKey, Hypertable, Index, Key, Table, asc, desc, ty,
};
use whale_plugin::{
    Arguments, Definition, Info, Parameter, Plugin, Problem, Problems, clickhouse, days, hours, milvus,
};

fn postgres(table: Table) -> contract::PgTable {
    Definition::new().timescaledb([table]).into_contract().timescaledb.tables.remove(0)
}

#[test]
fn an_object_knows_where_it_stands() {
    let line = line!() + 1;
    let table = postgres(Table::new("users"));
    let origin = table.header.origin.unwrap();
    assert_eq!(origin.line, line);
    assert!(origin.file.ends_with("tests/builders.rs"), "{}", origin.file);
    assert!(!origin.file.starts_with('/'), "{} names the builder's folders", origin.file);
    assert_eq!((table.header.id.as_str(), table.header.name.as_str()), ("users", "users"));
    assert_eq!(table.header.namespace, None);
}

#[test]
fn a_rename_keeps_id_and_former_names() {
    let table =
        postgres(Table::new("members").id("users").column(Column::new("mail", ty::text()).was("email").was("e")));
    assert_eq!((table.header.id.as_str(), table.header.name.as_str()), ("users", "members"));
    assert_eq!(table.columns[0].header.was, ["email", "e"]);
    let collection = milvus::Collection::new("c").field(milvus::Field::new("b", milvus::ty::json()).was("a"));
    let definition = Definition::new().milvus([collection]).into_contract();
    assert_eq!(definition.milvus[0].fields[0].header.was, ["a"]);
}

#[test]
fn keys_and_orders_are_as_written() {
    let table = postgres(
        Table::new("t")
            .column(Column::new("id", ty::bigint()).identity_always())
            .primary_key(["id", "time"])
            .unique(Key::on(["a"]).name("one_a"))
            .check("a > 0")
            .check(Check::that("b > 0").name("b_positive"))
            .foreign_key(ForeignKey::new("u", "shared/users", "id").and("v", "w").name("of_user"))
            .index(Index::on(["lower(a)"]).unique().only_where("a is not null"))
            .index(
                Index::on([asc("a").nulls_first(), desc("-b").nulls_last()]).covering(["c"]).method("btree").name("i"),
            ),
    );
    assert_eq!(table.columns[0].value, PgColumnValue::Identity(Identity::Always));
    assert_eq!(table.primary_key.unwrap().columns, ["id", "time"]);
    assert_eq!(table.uniques[0].name.as_deref(), Some("one_a"));
    assert_eq!(table.checks.iter().map(|check| check.name.as_deref()).collect::<Vec<_>>(), [None, Some("b_positive")]);
    assert_eq!(table.foreign_keys[0].columns, ["u", "v"]);
    assert_eq!(table.foreign_keys[0].target_columns, ["id", "w"]);
    assert!(table.indexes[0].unique && table.indexes[0].name.is_none());
    let keys = &table.indexes[1].keys;
    assert_eq!((keys[0].direction, keys[0].nulls), (Direction::Ascending, Nulls::First));
    assert_eq!((keys[1].by.as_str(), keys[1].direction, keys[1].nulls), ("-b", Direction::Descending, Nulls::Last));
}

#[test]
fn hypertables_and_aggregates_are_as_written() {
    let table = postgres(
        Table::new("t")
            .hypertable(Hypertable::by_time("time", days(1)).and_by_hash("model", 4))
            .columnstore(Columnstore::segment_by(["model"]).order_by([desc("time")])),
    );
    let hypertable = table.hypertable.unwrap();
    let ChunkWidth::Time(width) = hypertable.chunk else { panic!("a length of time") };
    assert_eq!((width.count, width.unit), (1, DurationUnit::Days));
    assert_eq!((hypertable.space[0].column.as_str(), hypertable.space[0].partitions), ("model", 4));
    assert_eq!(table.columnstore.unwrap().order_by[0].by, "time");

    let aggregate = ContinuousAggregate::new("t_hourly", "t", "time", hours(1))
        .bucket_name("hour")
        .group_by("model")
        .group_by_expression("kind", "lower(metric)")
        .aggregate("n", "count(*)")
        .refresh(None, hours(1), hours(1));
    let aggregate = Definition::new().aggregates([aggregate]).into_contract().timescaledb.aggregates.remove(0);
    assert_eq!(aggregate.bucket_name, "hour");
    assert_eq!(aggregate.group_by[1].value, "lower(metric)");
    let refresh = aggregate.refresh.unwrap();
    assert!(refresh.start_offset.is_none() && refresh.end_offset.is_some());
}

#[test]
fn types_are_in_the_engines_words() {
    use clickhouse::ty as ch;
    let table = clickhouse::Table::new("t")
        .column(clickhouse::Column::new("a", ch::array(&ch::low_cardinality(&ch::nullable(&ch::string())))))
        .column(clickhouse::Column::new("b", ch::simple_aggregate_function("sum", &ch::uint64())).codec("T64, LZ4"))
        .column(clickhouse::Column::new("c", ch::date_time64(3)).materialized("now64(3)"));
    let table = Definition::new().clickhouse([table]).into_contract().clickhouse.tables.remove(0);
    let types: Vec<&str> = table.columns.iter().map(|column| column.data_type.as_str()).collect();
    assert_eq!(
        types,
        ["Array(LowCardinality(Nullable(String)))", "SimpleAggregateFunction(sum, UInt64)", "DateTime64(3)"]
    );
    assert_eq!(table.engine, "MergeTree");

    let field = |data_type| milvus::Field::new("f", data_type);
    let collection = milvus::Collection::new("c")
        .partition_key(field(milvus::ty::varchar(16)), 16)
        .field(field(milvus::ty::array(&milvus::ty::int64(), 256)))
        .index(milvus::Index::new("f", "IVF_FLAT").metric("L2").parameter("nlist", "128").name("by_meaning"));
    let collection = Definition::new().milvus([collection]).into_contract().milvus.remove(0);
    assert_eq!(collection.partitions, MilvusPartitions::ByKey(16));
    assert!(collection.fields[0].partition_key && !collection.fields[1].partition_key);
    assert_eq!(collection.fields[1].data_type, "ARRAY(INT64, 256)");
    assert_eq!(collection.indexes[0].name.as_deref(), Some("by_meaning"));
}

struct Sample;

impl Plugin for Sample {
    fn info() -> Info {
        Info::new("sample", "0.1.0", "for tests")
            .clickhouse()
            .parameter(Parameter::integer("shards", 1..=1_000, 1, "shards"))
            .parameter(Parameter::text("ratio", 8, "1", "a number").required())
    }

    fn define(arguments: &Arguments) -> Result<Definition, Problems> {
        let shards: u8 = arguments.integer("shards")?;
        if shards == 13 {
            return Err(Problem::new("parameters/shards", "13 is unlucky").help("take 12").into());
        }
        let _ratio: u32 = arguments.text("ratio")?.parse()?;
        Ok(Definition::new())
    }
}

whale_plugin::export!(Sample);

fn define(shards: i64, ratio: &str) -> Result<contract::ModelDefinition, Vec<contract::Problem>> {
    let argument = |name: &str, value| Argument { name: name.to_owned(), value };
    Component::define(vec![
        argument("shards", ParameterValue::Integer(shards)),
        argument("ratio", ParameterValue::Text(ratio.to_owned())),
    ])
}

#[test]
fn what_goes_wrong_in_define_is_a_problem_with_its_text() {
    assert!(define(1, "2").is_ok());
    let only = |result: Result<_, Vec<contract::Problem>>| result.err().unwrap().remove(0);
    let unlucky = only(define(13, "2"));
    assert_eq!((unlucky.path.as_str(), unlucky.help.as_deref()), ("parameters/shards", Some("take 12")));
    let large = only(define(256, "2"));
    assert_eq!(
        (large.path.as_str(), large.message.as_str()),
        ("parameters/shards", "shards is outside what its use takes")
    );
    let text = only(define(1, "two"));
    assert_eq!((text.path.as_str(), text.message.as_str()), ("define", "invalid digit found in string"));
    let missing = only(Component::define(Vec::new()));
    assert_eq!(missing.path, "parameters/shards");
}

#[test]
fn describe_says_what_the_plugin_is() {
    let info = Component::describe();
    assert_eq!((info.name.as_str(), info.model.as_str(), info.version.as_str()), ("sample", "sample", "0.1.0"));
    assert_eq!(info.parameters.iter().map(|one| one.default_to.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(info.requests.databases, [contract::Database::Clickhouse]);
}
