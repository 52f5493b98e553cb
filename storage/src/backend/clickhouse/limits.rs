//! What a statement of ours may use of a server: ClickHouse's own limits, sent as settings with every request.
//!
//! A user whose profile is `readonly = 1` can be sent no setting at all, and one whose profile constrains a setting none
//! beyond that: both are asked for before anything is sent with a setting. A limit that nobody has asked for makes none of
//! the profile's wider.

use super::check::cannot_tell;
use super::run::Session;
use super::{ClickhouseTarget, LOG_COMMENT};
use crate::backend::Address;
use crate::check::Check;
use crate::definition::Backend;
use crate::scaling::Value;
use crate::scaling::own::{MAX_EXECUTION_TIME, MAX_MEMORY_USAGE, Unheld, Wish, owns};
use serde::Deserialize;

const OWNER: &str = "clickhouse";
const LIMITS: &str = "limits";

/// Settings whose place in the user's profile is asked for, as a list in a query.
pub(super) const ASKED: &str = "'readonly', 'max_execution_time', 'max_memory_usage'";

/// A setting as the user has it: name, value, least, most, and whether it can be changed, as text.
pub(super) type Found = Vec<String>;

/// What is sent with every request, and what cannot be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) settings: Vec<(&'static str, String)>,
    pub(super) unheld: Vec<Unheld>,
    /// Whether the user's profile lets any setting be changed.
    pub(super) closed: bool,
}

/// A row of what was found.
struct Row<'a> {
    value: u64,
    least: u64,
    most: u64,
    constant: bool,
    text: &'a str,
}

fn row<'a>(found: &'a [Found], name: &str) -> Option<Row<'a>> {
    let row = found.iter().find(|row| row.first().is_some_and(|first| first == name))?;
    let text = |at: usize| row.get(at).map_or("", String::as_str);
    // Times may have a fraction, which is less than we count in.
    let number = |at: usize| text(at).split('.').next().unwrap_or_default().parse().unwrap_or(0);
    Some(Row { value: number(1), least: number(2), most: number(3), constant: text(4) == "1", text: text(1) })
}

/// What to send to a server that has these settings for the user.
pub(super) fn sent(address: &Address, found: &[Found]) -> Sent {
    let closed = row(found, "readonly").is_some_and(|row| row.text == "1");
    let mut sent = Sent { closed, ..Sent::default() };
    if !closed {
        sent.settings.push(("log_comment", LOG_COMMENT.to_owned()));
    }
    for one in owns(Backend::Clickhouse) {
        // The server gives up when we do.
        let seconds = u64::try_from(address.statement_timeout.as_millis()).unwrap_or(u64::MAX);
        let otherwise = Wish { value: Value::Time(seconds), said: false };
        let wish = address.session.wish(one).or_else(|| (one.name == MAX_EXECUTION_TIME).then_some(otherwise));
        let Some(wish) = wish else { continue };
        let wanted = number(&wish.value);
        match row(found, one.name) {
            Some(row) if !closed && !row.constant => {
                let value = fitting(wanted, wish.said, &row);
                if value > wanted && wish.said {
                    sent.unheld.push(unheld(one.name, true, "the user's profile lets it be no lower"));
                }
                sent.settings.push((one.name, value.to_string()));
            }
            Some(row) if row.value != 0 && row.value <= wanted => {}
            _ => {
                let why = if closed {
                    "the user's profile is readonly = 1, which lets no setting be changed"
                } else {
                    "the user's profile does not let it be changed"
                };
                sent.unheld.push(unheld(one.name, wish.said, why));
            }
        }
    }
    sent
}

/// A value within the profile's constraints, and no higher than the profile's own unless somebody has asked for it.
fn fitting(wanted: u64, said: bool, row: &Row<'_>) -> u64 {
    let lower = if said || row.value == 0 { wanted } else { wanted.min(row.value) };
    let most = if row.most == 0 { u64::MAX } else { row.most };
    lower.min(most).max(row.least)
}

fn unheld(name: &'static str, said: bool, why: &str) -> Unheld {
    let help = format!("give the user a profile that has {name}, or one that lets it be set");
    Unheld { name, said, why: why.to_owned(), help }
}

/// As the setting takes it: bytes or whole seconds.
fn number(value: &Value) -> u64 {
    match value {
        Value::Size(number) | Value::Count(number) => *number,
        Value::Time(milliseconds) => milliseconds.div_ceil(1_000),
        Value::Names(_) => 0,
    }
}

/// What to do about a statement that a limit has stopped, where it was one of ours.
pub(super) fn exceeded(code: u32, text: &str) -> Option<&'static str> {
    const OTHERS: [&str; 4] = ["(total)", "(for user)", "User memory limit", "for a user"];
    match code {
        241 if OTHERS.iter().any(|other| text.contains(other)) => Some(
            "the server has no more memory, or its user is not to have more: run the same command again when it has; it looks at what is there first",
        ),
        241 => Some(
            "the statement needs more memory than max_memory_usage allows: raise that in [targets.clickhouse.session], or mend the definition; then run the same command again, which looks at what is there first",
        ),
        159 | 160 => Some(
            "the statement takes longer than max_execution_time allows: raise that in [targets.clickhouse.session], or without that key statement_timeout in [targets.clickhouse]; then run the same command again, which looks at what is there first",
        ),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Held {
    time: String,
    memory: String,
}

impl ClickhouseTarget {
    /// What stands on every request, as the server says.
    pub(super) async fn limits(&self) -> Check {
        let sql = format!(
            "SELECT toString(getSetting('{MAX_EXECUTION_TIME}')) AS time, toString(getSetting('{MAX_MEMORY_USAGE}')) AS memory"
        );
        let rows = match self.session.read::<Held>("asking for the limits of a statement", &sql).await {
            Ok(rows) => rows,
            Err(error) => return cannot_tell(LIMITS, error),
        };
        let Some(held) = rows.into_iter().next() else {
            return Check::unknown(OWNER, LIMITS, "the server does not tell the limits of a statement");
        };
        let shown = |name: &str, value: &str, unit: &str| match value {
            "0" => format!("no {name}"),
            value => format!("{name} {value} {unit}"),
        };
        let said = format!(
            "limits of each statement: {}, {}",
            shown(MAX_EXECUTION_TIME, &held.time, "s"),
            shown(MAX_MEMORY_USAGE, &held.memory, "bytes")
        );
        match self.server.unheld.first() {
            None => Check::ok(OWNER, LIMITS, said),
            Some(first) => {
                let names: Vec<&str> = self.server.unheld.iter().map(|one| one.name).collect();
                let said = format!("{said}; {} cannot be set: {}", names.join(" and "), first.why);
                let verdict = if first.said { Check::problem } else { Check::warning };
                verdict(OWNER, LIMITS, said).hint(&first.help)
            }
        }
    }
}

/// Sends the settings with every request from now on.
pub(super) fn hold(session: &mut Session, sent: &Sent) {
    session.change(|client| {
        sent.settings.iter().fold(client, |client, (name, value)| client.with_setting(*name, value.as_str()))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scaling::own::Said;
    use std::collections::BTreeMap;
    use std::time::Duration;

    fn address(by: &[(&'static str, Value)]) -> Address {
        Address {
            url: String::new(),
            authority: None,
            connect_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_mins(10),
            prefix: String::new(),
            model_users: false,
            session: Said { by: by.iter().cloned().collect::<BTreeMap<_, _>>() },
            cluster: None,
        }
    }

    /// Rows as a server gives them.
    fn found(readonly: &str, memory: [&str; 4]) -> Vec<Found> {
        let row = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        let [value, least, most, constant] = memory;
        vec![
            row(&["readonly", readonly, "", "", "0"]),
            row(&["max_execution_time", "0", "", "", "0"]),
            row(&["max_memory_usage", value, least, most, constant]),
        ]
    }

    fn memory(sent: &Sent) -> Option<&str> {
        sent.settings.iter().find(|(name, _)| *name == MAX_MEMORY_USAGE).map(|(_, value)| value.as_str())
    }

    #[test]
    fn what_is_sent_is_within_what_the_profile_allows() {
        let asked = address(&[(MAX_MEMORY_USAGE, Value::Size(4 << 30))]);
        let plain = address(&[]);
        let open = ["0", "", "", "0"];
        assert_eq!(memory(&sent(&plain, &found("0", open))), Some("1073741824"));
        assert_eq!(memory(&sent(&asked, &found("2", open))), Some("4294967296"));
        // Lower in the profile: only what was asked for goes above it, and never above a constraint.
        assert_eq!(memory(&sent(&plain, &found("0", ["500000000", "", "", "0"]))), Some("500000000"));
        assert_eq!(memory(&sent(&asked, &found("0", ["500000000", "", "", "0"]))), Some("4294967296"));
        assert_eq!(memory(&sent(&asked, &found("0", ["0", "", "2000000000", "0"]))), Some("2000000000"));
        let times: Vec<_> = sent(&plain, &found("0", open)).settings;
        assert!(times.contains(&(MAX_EXECUTION_TIME, "600".to_owned())), "{times:?}");
    }

    #[test]
    fn what_cannot_be_sent_is_said_and_nothing_is_sent_to_whom_nothing_may_be() {
        let asked = address(&[(MAX_MEMORY_USAGE, Value::Size(1 << 20))]);
        let names = |sent: &Sent| sent.unheld.iter().map(|one| (one.name, one.said)).collect::<Vec<_>>();
        let readonly = sent(&asked, &found("1", ["0", "", "", "0"]));
        assert!(readonly.closed && readonly.settings.is_empty());
        assert_eq!(names(&readonly), [(MAX_EXECUTION_TIME, false), (MAX_MEMORY_USAGE, true)]);
        let constant = sent(&asked, &found("0", ["0", "", "", "1"]));
        assert_eq!((memory(&constant), names(&constant)), (None, vec![(MAX_MEMORY_USAGE, true)]));
        // The profile has a limit that is as low.
        assert_eq!(names(&sent(&asked, &found("0", ["1000", "", "", "1"]))), []);
        assert_eq!(names(&sent(&asked, &found("0", ["0", "2000000", "", "0"]))), [(MAX_MEMORY_USAGE, true)]);
    }

    #[test]
    fn what_a_limit_stopped_names_the_key() {
        assert!(
            exceeded(241, "Query memory limit exceeded: would use")
                .unwrap()
                .contains("max_memory_usage allows: raise that in [targets")
        );
        assert!(exceeded(241, "(total) memory limit exceeded").unwrap().contains("no more memory"));
        assert!(
            exceeded(159, "Timeout exceeded: elapsed")
                .unwrap()
                .contains("max_execution_time allows: raise that in [targets")
        );
        assert_eq!(exceeded(60, ""), None);
    }
}
