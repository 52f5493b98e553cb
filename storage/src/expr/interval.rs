//! A length of time, as PostgreSQL keeps it: months, days and microseconds, which do not turn into each other.

use std::fmt;

/// A length of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// Months and years.
    pub months: i32,
    /// Days and weeks.
    pub days: i32,
    /// Everything below a day.
    pub microseconds: i64,
}

const SECOND: i64 = 1_000_000;

impl Interval {
    /// Reads `1 day`, `2 hours 30 minutes`, `01:30:00`, `1 year 2 mons`. Nothing else: neither ISO 8601 nor `ago`.
    pub fn parse(text: &str) -> Option<Interval> {
        let mut words = text.split_ascii_whitespace().peekable();
        let mut whole = Interval::default();
        words.peek()?;
        while let Some(word) = words.next() {
            if word.contains(':') {
                whole.microseconds = whole.microseconds.checked_add(clock(word)?)?;
            } else {
                whole.add(word, words.next()?)?;
            }
        }
        Some(whole)
    }

    /// Whether it is more than nothing, and no part of it less.
    pub fn is_positive(&self) -> bool {
        self.months >= 0 && self.days >= 0 && self.microseconds >= 0 && *self != Interval::default()
    }

    fn add(&mut self, count: &str, unit: &str) -> Option<()> {
        let micros = |count: &str, of: i64| count.parse::<i64>().ok()?.checked_mul(of);
        let clock = match unit.to_ascii_lowercase().as_str() {
            "year" | "years" | "yr" | "yrs" | "y" => return add(&mut self.months, count, 12),
            "month" | "months" | "mon" | "mons" => return add(&mut self.months, count, 1),
            "week" | "weeks" | "w" => return add(&mut self.days, count, 7),
            "day" | "days" | "d" => return add(&mut self.days, count, 1),
            "hour" | "hours" | "hr" | "hrs" | "h" => micros(count, 3_600 * SECOND)?,
            "minute" | "minutes" | "min" | "mins" | "m" => micros(count, 60 * SECOND)?,
            "second" | "seconds" | "sec" | "secs" | "s" => seconds(count)?,
            "millisecond" | "milliseconds" | "ms" => micros(count, 1_000)?,
            "microsecond" | "microseconds" | "us" => micros(count, 1)?,
            _ => return None,
        };
        self.microseconds = self.microseconds.checked_add(clock)?;
        Some(())
    }
}

fn add(to: &mut i32, count: &str, of: i32) -> Option<()> {
    *to = to.checked_add(count.parse::<i32>().ok()?.checked_mul(of)?)?;
    Some(())
}

/// `01:30:00` or `-00:00:01.5`.
fn clock(text: &str) -> Option<i64> {
    let (sign, text) = signed(text);
    let mut fields = text.split(':');
    let hours: i64 = digits(fields.next()?)?;
    let minutes: i64 = digits(fields.next()?)?;
    let rest = match fields.next() {
        Some(text) if text.starts_with(|c: char| c.is_ascii_digit()) => seconds(text)?,
        Some(_) => return None,
        None => 0,
    };
    if fields.next().is_some() || minutes > 59 || rest >= 60 * SECOND {
        return None;
    }
    signed_sum(sign, &[(hours, 3_600 * SECOND), (minutes, 60 * SECOND), (rest, 1)])
}

/// A sum of products with a sign. The least length has no positive counterpart, so that the sign comes before the bound.
fn signed_sum(sign: i64, parts: &[(i64, i64)]) -> Option<i64> {
    let sum: i128 = parts.iter().map(|(count, of)| i128::from(*count) * i128::from(*of)).sum();
    i64::try_from(i128::from(sign) * sum).ok()
}

/// Seconds with up to six decimals.
fn seconds(text: &str) -> Option<i64> {
    let (sign, text) = signed(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 6 {
        return None;
    }
    let micros = if fraction.is_empty() { 0 } else { digits(&format!("{fraction:0<6}"))? };
    signed_sum(sign, &[(digits(whole)?, SECOND), (micros, 1)])
}

fn signed(text: &str) -> (i64, &str) {
    text.strip_prefix('-').map_or((1, text), |rest| (-1, rest))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.months != 0 {
            parts.push(format!("{} months", self.months));
        }
        if self.days != 0 {
            parts.push(format!("{} days", self.days));
        }
        if self.microseconds % SECOND != 0 {
            parts.push(format!("{} microseconds", self.microseconds));
        } else if self.microseconds != 0 || parts.is_empty() {
            parts.push(format!("{} seconds", self.microseconds / SECOND));
        }
        f.write_str(&parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_length_are_equal() {
        for forms in [
            &["1 hour", "01:00:00", "60 minutes", "3600 seconds"][..],
            &["7 days", "1 week", "7 d"],
            &["1 year 2 months", "14 mons", "1 year 2 mons"],
            &["1.5 seconds", "1500 ms", "00:00:01.5"],
            &["-1 day", "-1 days"],
            &["-9223372036854775808 us", "-2562047788:00:54.775808", "-9223372036854.775808 seconds"],
            &["9223372036854775807 us", "2562047788:00:54.775807"],
            &["1 mon 2 days 03:04:05", "1 month 2 days 3 hours 4 minutes 5 seconds"],
        ] {
            for form in forms {
                assert_eq!(
                    Interval::parse(form),
                    Interval::parse(forms.first().copied().unwrap_or_default()),
                    "{form}"
                );
                let parsed = Interval::parse(form).expect(form);
                assert_eq!(Interval::parse(&parsed.to_string()), Some(parsed));
            }
        }
        assert_ne!(Interval::parse("24 hours"), Interval::parse("1 day"));
        assert_ne!(Interval::parse("30 days"), Interval::parse("1 month"));
    }

    #[test]
    fn other_forms_are_not_read() {
        for text in [
            "",
            "1",
            "day",
            "1 day ago",
            "P1D",
            "1.5 days",
            "99999999999 days",
            "1:2:3:4",
            "1 fortnight",
            "00:99:00",
            "1 day 'x'",
            "00:00:-1",
            "2562047788:00:54.775808",
            "-2562047788:00:54.775809",
            "9223372036854775808 us",
            "2147483648 days",
            "178956971 years",
        ] {
            assert_eq!(Interval::parse(text), None, "{text}");
        }
    }
}
