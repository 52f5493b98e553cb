//! Types, codecs, engines and skip indexes of the seed, the catalogue and the server.

use super::*;
use crate::diagnostic::codes::types as codes;

fn parsed(text: &str) -> Type {
    Type::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

#[test]
fn types_of_seed_and_catalogue_are_canonical() {
    for text in [
        "String",
        "Date",
        "DateTime",
        "UInt64",
        "UInt32",
        "UInt16",
        "UInt8",
        "Float32",
        "Float64",
        "Bool",
        "Array(String)",
        "Array(Float32)",
        "LowCardinality(String)",
        "Nullable(DateTime)",
        "DateTime64(3)",
        "SimpleAggregateFunction(sum, UInt64)",
        "AggregateFunction(avg, Float32)",
        "AggregateFunction(avg, UInt8)",
        "DateTime('UTC')",
        "DateTime64(6, 'Europe/Berlin')",
        "FixedString(16)",
        "Decimal(12, 2)",
        "UUID",
        "IPv4",
        "IPv6",
        "Enum8('a' = 1, 'b' = 2)",
        "Enum16('a' = -300)",
        "LowCardinality(Nullable(String))",
        "Map(String, UInt64)",
        "Tuple(`a` String, `b` UInt8)",
        "Tuple(String, Int32)",
        "AggregateFunction(quantile(0.5), Float64)",
        "AggregateFunction(count)",
        "Int256",
        "UInt128",
        "BFloat16",
        "JSON",
        "Date32",
        "Array(Tuple(`k` String, `v` Nullable(Float64)))",
        "Map(LowCardinality(String), Array(String))",
    ] {
        assert_eq!(parsed(text).to_string(), text);
    }
}

#[test]
fn the_servers_rewritings_are_equal() {
    for (written, stored) in [
        ("DateTime64", "DateTime64(3)"),
        ("Numeric(10)", "Decimal(10, 0)"),
        ("INT NULL", "Nullable(Int32)"),
        ("INT NOT NULL", "Int32"),
        ("Enum('a','b')", "Enum8('a' = 1, 'b' = 2)"),
        ("Enum('b' = 5, 'c', 'a' = 1)", "Enum8('a' = 1, 'b' = 5, 'c' = 6)"),
        ("Enum('a' = 1000)", "Enum16('a' = 1000)"),
        ("BIGINT", "Int64"),
        ("bigint unsigned", "UInt64"),
        ("TEXT", "String"),
        ("varchar", "String"),
        ("DOUBLE PRECISION", "Float64"),
        ("boolean", "Bool"),
        ("TIMESTAMP", "DateTime"),
        ("Decimal64(4)", "Decimal(18, 4)"),
        ("Tuple(a String, b INT NULL)", "Tuple(a String, b Nullable(Int32))"),
        ("Tuple(INT UNSIGNED, DOUBLE PRECISION)", "Tuple(UInt32, Float64)"),
    ] {
        assert_eq!(parsed(written), parsed(stored), "{written}");
    }
}

#[test]
fn what_cannot_stand_together_is_refused() {
    for text in [
        "Nullable(Array(String))",
        "Nullable(Map(String, String))",
        "Nullable(Tuple(String))",
        "Nullable(Nullable(String))",
        "Nullable(LowCardinality(String))",
        "LowCardinality(UInt8)",
        "LowCardinality(DateTime)",
        "LowCardinality(Array(String))",
        "Map(Nullable(String), String)",
        "Map(Array(String), String)",
        "Nullable(AggregateFunction(avg, Float32))",
        "Array(String) NULL",
    ] {
        assert_eq!(Type::parse(text).unwrap_err().code, codes::TYPE_COMBINATION, "{text}");
    }
}

#[test]
fn what_is_no_type_is_refused() {
    for (text, help) in [
        ("Strng", "`String`"),
        ("Uint64", "`UInt64`"),
        ("Lowcardinality(String)", "`LowCardinality`"),
        ("DateTime(3)", "DateTime64"),
        ("VARCHAR(10)", "`String`"),
        ("Nested(a String)", "Array"),
        ("AggregateFunction(avgg, Float32)", "`avg`"),
    ] {
        let fault = Type::parse(text).unwrap_err();
        assert!(fault.help.clone().unwrap_or_default().contains(help), "{text}: {fault:?}");
    }
    for text in [
        "",
        "Array",
        "Array(",
        "Array()",
        "Array(String))",
        "FixedString(0)",
        "Decimal(77)",
        "Decimal(5, 6)",
        "Enum8()",
        "Enum8('a' = 200)",
        "Enum8('a' = 1, 'a' = 2)",
        "Enum8('a' = 1, 'b' = 1)",
        "Enum('a' = 99999)",
        "UInt7",
        "UInt08",
        "DateTime('UTC\\'')",
        "DateTime64(10)",
        "String; drop",
        "String -- x",
        "SimpleAggregateFunction(avg, Float32)",
        "AggregateFunction(url, String)",
        "AggregateFunction(quantile('x'), String)",
        "String DEFAULT 1",
        "Tuple()",
    ] {
        assert!(Type::parse(text).is_err(), "{text}");
    }
    let deep = format!("{}String{}", "Array(".repeat(41), ")".repeat(41));
    assert_eq!(Type::parse(&deep).unwrap_err().code, codes::EXPRESSION_SIZE);
    assert_eq!(Type::parse(&"Array(".repeat(100_000)).unwrap_err().code, codes::EXPRESSION_SIZE);
}

#[test]
fn enum_names_stay_in_their_quotes() {
    let found = parsed(r"Enum8('it\'s) ENGINE = X' = 1)");
    assert_eq!(found, Type::Enum8(vec![("it's) ENGINE = X".to_owned(), 1)]));
    assert_eq!(parsed(&found.to_string()), found);
}

#[test]
fn codecs_take_the_servers_defaults() {
    let canonical = |chain: &str, of: &str| Codecs::parse(chain).unwrap().canonical(&parsed(of)).to_string();
    assert_eq!(canonical("Delta, ZSTD", "UInt64"), "Delta(8), ZSTD(1)");
    assert_eq!(canonical("CODEC(Delta(8), ZSTD(1))", "UInt64"), "Delta(8), ZSTD(1)");
    assert_eq!(canonical("Delta, ZSTD(3)", "DateTime"), "Delta(4), ZSTD(3)");
    assert_eq!(canonical("DoubleDelta, LZ4", "DateTime64(3)"), "DoubleDelta(8), LZ4");
    assert_eq!(canonical("Gorilla", "Nullable(Float32)"), "Gorilla(4)");
    assert_eq!(canonical("FPC", "Float64"), "FPC(12, 8)");
    assert_eq!(canonical("T64('byte')", "UInt8"), "T64");
    assert_eq!(canonical("lz4hc", "String"), "LZ4HC(0)");
    assert_eq!(canonical("Default", "String"), "");
    assert!(Codecs::parse("CODEC(Default)").unwrap().is_default());
    assert!(Codecs::parse("").unwrap().is_default());
}

#[test]
fn codecs_that_do_not_fit_are_refused() {
    for text in [
        "ZSTD(23)",
        "Delta(3)",
        "LZ4, Delta",
        "ZSTD, ZSTD",
        "AES_128_GCM_SIV",
        "Delta ZSTD",
        "CODEC()",
        "ZSTD(1",
        "T64('x')",
    ] {
        assert_eq!(Codecs::parse(text).unwrap_err().code, codes::CODEC, "{text}");
    }
    let fits = |chain: &str, of: &str| Codecs::parse(chain).unwrap().check(&parsed(of)).is_ok();
    assert!(fits("Delta, ZSTD(1)", "DateTime64(3)"));
    assert!(fits("Delta, ZSTD(1)", "Array(UInt32)"));
    assert!(fits("ZSTD(3)", "String"));
    assert!(!fits("Delta", "String"));
    assert!(!fits("T64", "Float32"));
    assert!(!fits("FPC", "UInt32"));
}

#[test]
fn engines_of_seed_and_catalogue() {
    let name = |text: &str| Name::checked(text).unwrap();
    for (text, engine) in [
        ("MergeTree()", TableEngine::MergeTree),
        ("MergeTree", TableEngine::MergeTree),
        ("SummingMergeTree()", TableEngine::SummingMergeTree(vec![])),
        ("SummingMergeTree((a, b))", TableEngine::SummingMergeTree(vec![name("a"), name("b")])),
        ("AggregatingMergeTree", TableEngine::AggregatingMergeTree),
        (
            "ReplacingMergeTree(updated_at)",
            TableEngine::ReplacingMergeTree { version: Some(name("updated_at")), deleted: None },
        ),
        (
            "ReplacingMergeTree(v, gone)",
            TableEngine::ReplacingMergeTree { version: Some(name("v")), deleted: Some(name("gone")) },
        ),
        ("CollapsingMergeTree(sign)", TableEngine::CollapsingMergeTree { sign: name("sign") }),
        (
            "VersionedCollapsingMergeTree(sign, v)",
            TableEngine::VersionedCollapsingMergeTree { sign: name("sign"), version: name("v") },
        ),
    ] {
        assert_eq!(TableEngine::parse(text).unwrap(), engine);
        assert_eq!(TableEngine::parse(&engine.to_string()).unwrap(), engine);
        let full = format!("{text} PARTITION BY toYYYYMM(`d`) ORDER BY (a, b) SETTINGS index_granularity = 8192");
        assert_eq!(TableEngine::parse_server(&full).unwrap(), engine);
    }
}

#[test]
fn other_engines_are_refused_with_help() {
    for (text, help) in [
        ("ReplicatedMergeTree('/x', '{replica}')", "`MergeTree`"),
        ("SharedReplacingMergeTree", "`ReplacingMergeTree`"),
        ("Mergetree", "`MergeTree`"),
        ("URL('http://x')", "known are"),
        ("CollapsingMergeTree", "CollapsingMergeTree(sign)"),
        ("MergeTree(a)", "MergeTree"),
    ] {
        let fault = TableEngine::parse(text).unwrap_err();
        assert!(fault.help.clone().unwrap_or_default().contains(help), "{text}: {fault:?}");
    }
    for text in [
        "",
        "MergeTree() ORDER BY a",
        "MergeTree; drop",
        "SummingMergeTree((a, a))",
        "ReplacingMergeTree(a, b, c)",
        "ReplacingMergeTree(`a b`)",
        "ReplacingMergeTree(now())",
    ] {
        assert!(TableEngine::parse(text).is_err(), "{text}");
    }
}

#[test]
fn skip_indexes() {
    for (text, canonical) in [
        ("minmax", "minmax"),
        ("minmax()", "minmax"),
        ("set(100)", "set(100)"),
        ("bloom_filter", "bloom_filter(0.025)"),
        ("bloom_filter()", "bloom_filter(0.025)"),
        ("bloom_filter(0.01)", "bloom_filter(0.01)"),
        ("ngrambf_v1(3, 256, 2, 0)", "ngrambf_v1(3, 256, 2, 0)"),
        ("tokenbf_v1(10240, 3, 0)", "tokenbf_v1(10240, 3, 0)"),
    ] {
        let found = SkipIndexKind::parse(text).unwrap();
        assert_eq!(found.to_string(), canonical);
        assert_eq!(SkipIndexKind::parse(canonical).unwrap(), found);
    }
    for text in [
        "set",
        "set()",
        "bloom_filter(1)",
        "bloom_filter(0)",
        "bloom_filter(0.1, 0.2)",
        "minmax(1)",
        "tokenbf_v1(1)",
        "annoy('x')",
        "hypothesis",
        "minmax GRANULARITY 1",
    ] {
        assert_eq!(SkipIndexKind::parse(text).unwrap_err().code, codes::SKIP_INDEX, "{text}");
    }
}

#[test]
fn the_longest_type_that_an_author_may_write_is_read_when_the_server_says_it() {
    // The server puts blanks around `=` and after `,`, and escapes what an author may write as it is.
    let values = |of: &str| (0..400).map(|number| format!("'{of}{number}'={number}")).collect::<Vec<_>>().join(",");
    for text in [format!("Enum16({})", values("")), format!("Enum16('{}'=-1,{})", "\t".repeat(200), values(""))] {
        assert!(text.len() <= 4_096, "an author may write it");
        let said = parsed(&text).to_string();
        assert!(said.len() > 4_096, "the server says more");
        assert_eq!(Type::parse_server(&said).unwrap(), parsed(&text));
    }
}
