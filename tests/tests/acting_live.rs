//! Text of others inside of real engines: in names, types, labels, comments, defaults and refusals that somebody else put
//! there, and in what a plugin makes there itself. Each verb, in each form, shows nothing of it that acts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use whale_tests::VARIABLES;
use whale_tests::acting::{holds, judged, texts};
use whale_tests::clients::{
    address, clickhouse, forget_clickhouse, forget_milvus, forget_timescaledb, forget_versions, timescaledb,
};
use whale_tests::hostile::make::{self, Core, Returns};

const MODEL: &str = "acting";

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn column(name: &str, data_type: &str) -> Value {
    json!({ "header": { "name": name }, "data-type": data_type })
}

/// What is made first; and, with text, what is added by a later version of the plugin.
fn definition(text: Option<&str>) -> Value {
    let header = |id: &str, comment: &str| json!({ "id": id, "name": "events", "comment": comment });
    let comment = text.unwrap_or_default();
    let mut relational = vec![column("id", "bigint"), column("kind", "text")];
    let mut columnar = vec![column("id", "UInt64"), column("kind", "String")];
    let mut collections = vec![json!({
        "header": header("vectors", ""), "primary-key": "id", "shards": 1, "load": "released",
        "fields": [column("id", "INT64"), column("place", "FLOAT_VECTOR(4)")],
        "indexes": [{ "field": "place", "kind": "FLAT", "metric": "L2" }],
    })];
    if let Some(text) = text {
        let mut said = column("said", "text");
        said["nullable"] = true.into();
        said["header"]["comment"] = text.into();
        said["value"] = json!({ "default-to": literal(text) });
        relational.push(said);
        let mut label = column("label", &format!("Enum8({} = 1, 'b' = 2)", literal(text)));
        label["header"]["comment"] = text.into();
        columnar.push(label);
        columnar.push(column("plain", "UInt8"));
        let mut more = collections[0].clone();
        more["header"] = json!({ "id": "more", "name": "more", "comment": text });
        collections.push(more);
    }
    json!({
        "timescaledb": { "tables": [
            { "header": header("rows", comment), "columns": relational, "primary-key": { "columns": ["id"] } },
        ] },
        "clickhouse": { "tables": [
            { "header": header("columns", comment), "columns": columnar, "engine": "MergeTree", "order-by": ["id"] },
        ] },
        "milvus": collections,
    })
}

fn plugin(folder: &Path, definition: &Value) {
    let info = json!({ "name": MODEL, "model": MODEL }).as_object().cloned().unwrap();
    let returns = Returns { info, definition: definition.clone() };
    fs::write(folder.join("acting.wasm"), make::component(&Core::default(), &returns)).unwrap();
}

async fn forget() {
    timescaledb("DROP EVENT TRIGGER IF EXISTS acting; DROP FUNCTION IF EXISTS public.acting()").await;
    forget_timescaledb(MODEL).await;
    forget_clickhouse(MODEL).await;
    forget_milvus(MODEL).await;
    forget_versions().await;
}

/// What an administrator, an application or whoever else reaches the engines may have done there.
async fn by_hand(text: &str) {
    let quoted = text.replace('"', "\"\"").replace('\'', "''");
    timescaledb(&format!(
        "SET client_min_messages = error;
         CREATE TYPE acting.\"{quoted}\" AS ENUM ('b');
         ALTER TABLE acting.events ADD COLUMN \"{quoted}\" acting.\"{quoted}\" DEFAULT 'b';
         COMMENT ON COLUMN acting.events.\"{quoted}\" IS '{quoted}';
         ALTER TABLE acting.events ALTER COLUMN kind SET DEFAULT '{quoted}';
         COMMENT ON COLUMN acting.events.kind IS '{quoted}';
         ALTER TABLE acting.events ADD CONSTRAINT \"{quoted}\" CHECK (kind <> '{quoted}');
         CREATE INDEX \"i{quoted}\" ON acting.events (kind) WHERE kind <> '{quoted}';
         CREATE TABLE acting.\"t{quoted}\" (n int)"
    ))
    .await;
    let name = format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`"));
    let value = literal(text);
    clickhouse(&format!("ALTER TABLE acting.events ADD COLUMN {name} Enum8({value} = 1) COMMENT {value}")).await;
    clickhouse(&format!("ALTER TABLE acting.events MODIFY COLUMN kind String DEFAULT {value} COMMENT {value}")).await;
    // It becomes the name of a file, each of its signs three bytes.
    let short = format!("`{}`", text.chars().take(30).collect::<String>().replace('`', "\\`"));
    clickhouse(&format!("CREATE VIEW acting.{short} AS SELECT {value} AS {name}")).await;
}

/// Refuses what the next apply sends, in words of its own.
async fn forbid(text: &str) {
    let quoted = text.replace('\'', "''");
    timescaledb(&format!(
        "CREATE FUNCTION public.acting() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
             IF current_query() LIKE '%said%' THEN
                 RAISE NOTICE '%', '{quoted}';
                 RAISE EXCEPTION '%', '{quoted}' USING DETAIL = '{quoted}', HINT = '{quoted}';
             END IF;
         END $$"
    ))
    .await;
    timescaledb("CREATE EVENT TRIGGER acting ON ddl_command_start EXECUTE FUNCTION public.acting()").await;
}

#[tokio::test]
async fn what_others_put_into_the_engines_acts_nowhere() {
    let targets = VARIABLES.map(|variable| address(variable).to_string());
    for text in texts(1) {
        forget().await;
        let folder = tempfile::tempdir().unwrap();
        let mut faults = Vec::new();
        let mut go = |exits: &[i32], arguments: &[&str]| {
            let output = judged(folder.path(), &targets, &[arguments, &["-p", "acting.wasm"]].concat(), &mut faults);
            let said = format!("{}{}", whale_tests::text(&output.stdout), whale_tests::text(&output.stderr));
            assert!(exits.contains(&output.status.code().unwrap()), "{arguments:?} {}: {said}", output.status);
            said
        };
        plugin(folder.path(), &definition(None));
        go(&[0], &["apply", "--yes"]);
        by_hand(&text).await;
        for verb in ["plan", "status", "doctor"] {
            for form in [&[][..], &["-vv"], &["--format", "json"]] {
                go(&[0, 1, 4], &[&[verb], form].concat());
            }
        }
        assert!(go(&[0, 1], &["plan", "-v"]).contains("wh"), "nothing is told of what was done by hand");

        forget().await;
        plugin(folder.path(), &definition(None));
        go(&[0], &["apply", "--yes"]);
        plugin(folder.path(), &definition(Some(&text)));
        let added = go(&[0], &["plan"]);
        assert!(added.contains("+ column label Enum8(") && added.contains("+ column plain UInt8"), "{added}");
        go(&[0], &["plan", "-vv"]);
        let plan: Value = serde_json::from_str(&go(&[0], &["plan", "--format", "json"])).unwrap();
        assert!(plan["result"]["plan"]["targets"].as_array().unwrap().len() == 3 && !holds(&plan, "secret"));
        forbid(&text).await;
        go(&[4], &["apply", "--yes", "--root", "tree", "-vv", "--allow", "ExclusiveLock"]);
        go(&[0], &["status", "-v"]);
        timescaledb("DROP EVENT TRIGGER acting").await;
        go(&[0], &["apply", "--yes", "--root", "tree", "-vv", "--allow", "ExclusiveLock"]);
        go(&[0], &["apply", "--yes", "--format", "json"]);
        for verb in ["status", "doctor"] {
            go(&[0, 4], &[verb, "-v"]);
            go(&[0, 4], &[verb, "--format", "json"]);
        }
        let history = judged(folder.path(), &targets, &["history", "-v"], &mut faults);
        assert!(whale_tests::text(&history.stdout).contains("failed"), "{history:?}");
        assert!(faults.is_empty(), "{} faults: {:#?}", faults.len(), &faults[..faults.len().min(20)]);
    }
    forget().await;
}
