//! Working files: configuration of the engines and of what watches them, as this version has it.
//!
//! Each is written with a line of its own that holds a digest of the rest. By that line a file is known to be ours and
//! untouched, whichever version wrote it, and is brought up to date; one that a person has changed is kept as it is.

use sha2::{Digest as _, Sha256};
use whale_storage::catalog::hex;

/// What the line of ours has in it, before the digest.
const MARK: &str = "whale-host:sha256:";

/// A file as this version has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shipped {
    /// Where it lies in the tree.
    pub(crate) path: &'static str,
    /// What stands in it, without our line.
    body: &'static str,
}

/// Files of this version.
pub(crate) const ALL: [Shipped; 6] = [
    Shipped { path: "config/clickhouse/storage.xml", body: include_str!("files/clickhouse/storage.xml") },
    Shipped { path: "config/clickhouse/prometheus.xml", body: include_str!("files/clickhouse/prometheus.xml") },
    Shipped { path: "config/prometheus/prometheus.yml", body: include_str!("files/prometheus.yml") },
    Shipped {
        path: "config/grafana/provisioning/datasources/whale.yaml",
        body: include_str!("files/grafana/datasources.yaml"),
    },
    Shipped {
        path: "config/grafana/provisioning/dashboards/whale.yaml",
        body: include_str!("files/grafana/dashboards.yaml"),
    },
    Shipped { path: "monitoring/grafana/dashboards/whale.json", body: include_str!("files/grafana/whale.json") },
];

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is not there: written.
    Made,
    /// It is as it should be.
    There,
    /// An earlier version wrote it and nobody changed it: written anew.
    Updated,
    /// A person changed it, or it was never ours.
    Kept,
}

impl Shipped {
    /// What is written.
    pub(crate) fn text(&self) -> String {
        stamped(self.path, self.body)
    }

    /// What becomes of it, by what is there.
    pub(crate) fn fate(&self, there: Option<&[u8]>) -> Fate {
        match there {
            None => Fate::Made,
            Some(bytes) if bytes == self.text().as_bytes() => Fate::There,
            Some(bytes) if std::str::from_utf8(bytes).is_ok_and(untouched) => Fate::Updated,
            Some(_) => Fate::Kept,
        }
    }
}

/// A text with our line: the first one, in JSON the first member.
fn stamped(path: &str, body: &str) -> String {
    let mark = format!("{MARK}{}", digest(body));
    let rule = "kept up to date by `whale-host setup` until somebody changes it";
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("xml") => format!("<!-- {mark} {rule} -->\n{body}"),
        Some("json") => {
            let rest = body.strip_prefix("{\n").unwrap_or(body);
            format!("{{\n  \"x-whale\": \"{mark} {rule}\",\n{rest}")
        }
        _ => format!("# {mark} {rule}\n{body}"),
    }
}

/// Whether the digest in our line is that of the rest.
fn untouched(text: &str) -> bool {
    let Some(line) = text.split_inclusive('\n').take(2).find(|line| line.contains(MARK)) else { return false };
    let said = line.split_once(MARK).map(|(_, rest)| rest.chars().take(64).collect::<String>());
    said.is_some_and(|said| said == digest(&text.replacen(line, "", 1)))
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_ours_is_known_by_its_line() {
        for shipped in ALL {
            let text = shipped.text();
            assert!(untouched(&text), "{}", shipped.path);
            assert_eq!(shipped.fate(Some(text.as_bytes())), Fate::There);
            assert_eq!(shipped.fate(None), Fate::Made);
            assert_eq!(shipped.fate(Some(format!("{text} ").as_bytes())), Fate::Kept);
            assert_eq!(shipped.fate(Some(shipped.body.as_bytes())), Fate::Kept, "without our line it is a person's");
            assert_eq!(shipped.fate(Some(b"")), Fate::Kept);
            assert_eq!(shipped.fate(Some(b"\xff")), Fate::Kept);
        }
    }

    #[test]
    fn what_an_earlier_version_wrote_is_updated_unless_it_was_changed() {
        for (path, body) in [("a.xml", "<a/>\n"), ("a.yml", "a: 1\n"), ("a.json", "{\n  \"a\": 1\n}\n")] {
            let shipped = Shipped { path, body: "another" };
            let earlier = stamped(path, body);
            assert_eq!(shipped.fate(Some(earlier.as_bytes())), Fate::Updated, "{earlier}");
            assert_eq!(shipped.fate(Some(earlier.replace('a', "b").as_bytes())), Fate::Kept, "{earlier}");
            let digest_only = earlier.replacen("sha256:", "sha256:0", 1);
            assert_eq!(shipped.fate(Some(digest_only.as_bytes())), Fate::Kept, "{earlier}");
        }
    }

    #[test]
    fn files_of_json_are_json_with_our_line_first() {
        for shipped in ALL.iter().filter(|shipped| shipped.body.starts_with('{')) {
            let read: serde_json::Value = serde_json::from_str(&shipped.text()).unwrap();
            assert!(read["x-whale"].as_str().unwrap().starts_with(MARK));
            assert!(read.as_object().unwrap().len() > 5);
        }
    }
}
