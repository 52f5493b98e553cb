//! Cuts the engines of a cluster: those of replicated tables, and of tables over those of the shards.

use super::Cut;
use crate::types::token::Token;

/// A replicated engine.
#[derive(Debug, PartialEq)]
pub(in crate::backend::clickhouse::normalize) struct Replicated {
    /// Path in Keeper.
    pub(in crate::backend::clickhouse::normalize) path: String,
    /// Name of the replica.
    pub(in crate::backend::clickhouse::normalize) replica: String,
    /// The engine without replication.
    pub(in crate::backend::clickhouse::normalize) plain: String,
}

/// What `engine_full` says of replication; none: the engine is not replicated, or is written in a form we do not know.
pub(in crate::backend::clickhouse::normalize) fn replicated(engine_full: &str) -> Option<Replicated> {
    let cut = Cut::of(engine_full)?;
    let plain = cut.name(0)?.strip_prefix("Replicated")?.to_owned();
    let texts = |position| match cut.token(position) {
        Some(Token::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let close = cut.closing(1)?;
    let (path, replica) = (texts(2)?, texts(4)?);
    let own = if cut.is_symbol(5, ",") { cut.slice(6, close) } else { "" };
    let plain = if own.is_empty() { plain } else { format!("{plain}({own})") };
    (cut.is_symbol(1, "(") && cut.is_symbol(3, ",")).then_some(Replicated { path, replica, plain })
}

/// A Distributed table.
#[derive(Debug, PartialEq)]
pub(in crate::backend::clickhouse::normalize) struct Distributed {
    /// Name of the cluster.
    pub(in crate::backend::clickhouse::normalize) cluster: String,
    /// `database.table` on each shard.
    pub(in crate::backend::clickhouse::normalize) table: String,
    /// The sharding key.
    pub(in crate::backend::clickhouse::normalize) key: Option<String>,
}

/// What `engine_full` says of a Distributed table; none: it has arguments or settings that we do not make.
pub(in crate::backend::clickhouse::normalize) fn distributed(engine_full: &str) -> Option<Distributed> {
    let cut = Cut::of(engine_full)?;
    let close = cut.closing(1)?;
    if !cut.is_word(0, "Distributed") || !cut.is_symbol(1, "(") || close + 1 != cut.tokens.len() {
        return None;
    }
    let arguments = cut.items(2, close);
    let text = |position: usize| match arguments.get(position).map(|(start, end)| (cut.token(*start), end - start)) {
        Some((Some(Token::Text(text)), 1)) => Some(text.as_str()),
        _ => None,
    };
    let key = arguments.get(3).map(|(start, end)| cut.slice(*start, *end).to_owned());
    let (cluster, table) = (text(0)?.to_owned(), format!("{}.{}", text(1)?, text(2)?));
    (arguments.len() <= 4).then_some(Distributed { cluster, table, key })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;

    #[test]
    fn replicated_engines_are_taken_apart() {
        let of = |text: &str| replicated(text).map(|found| (found.path, found.replica, found.plain));
        let found = |path: &str, replica: &str, plain: &str| Some((path.into(), replica.into(), plain.into()));
        assert_eq!(
            of("ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', t, d) ORDER BY id"),
            found("/clickhouse/tables/{uuid}/{shard}", "{replica}", "ReplacingMergeTree(t, d)")
        );
        assert_eq!(of("ReplicatedMergeTree('/a\\'b', 'r1') ORDER BY id"), found("/a'b", "r1", "MergeTree"));
        let summed = "SummingMergeTree((a, b))";
        assert_eq!(of("ReplicatedSummingMergeTree('/p', 'r', (a, b)) ORDER BY i"), found("/p", "r", summed));
        for text in ["MergeTree ORDER BY id", "ReplicatedMergeTree ORDER BY id", "ReplicatedMergeTree('/a'", ""] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn distributed_tables_are_taken_apart() {
        let found = distributed("Distributed('main', 'db', 'events_local', cityHash64(a, b))").unwrap();
        assert_eq!((found.cluster.as_str(), found.table.as_str()), ("main", "db.events_local"));
        assert_eq!(found.key.as_deref(), Some("cityHash64(a, b)"));
        assert_eq!(distributed("Distributed('c', 'd', 't')").unwrap().key, None);
        for text in
            ["Distributed('c', 'd', 't', k, 'policy')", "Distributed('c', 'd', 't') SETTINGS a = 1", "Merge('a')"]
        {
            assert_eq!(distributed(text), None, "{text}");
        }
    }
}
