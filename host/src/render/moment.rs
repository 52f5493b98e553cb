//! Moments and spans as text, in UTC.

use std::time::Duration;

/// A moment as ISO 8601 writes it, from milliseconds since 1970: `2026-11-22T22:36:12Z`.
pub(crate) fn moment(millis: u64) -> String {
    let seconds = millis / 1_000;
    let (year, month, day) = date(seconds / 86_400);
    let of_day = seconds % 86_400;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

/// A span, as exact as a person wants it: `12 ms`, `3.4 s`, `5 min 7 s`, `2 h 5 min`.
pub(crate) fn span(span: Duration) -> String {
    match span.as_secs() {
        0 => format!("{} ms", span.as_millis()),
        1..60 => format!("{:.1} s", span.as_secs_f64()),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// The date of a day since 1970-01-01: eras of 400 years, whose years begin in March so that the leap day comes last.
fn date(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, of_year - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_their_dates() {
        assert_eq!(moment(0), "1970-01-01T00:00:00Z");
        assert_eq!(moment(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(moment(1_795_386_972_500), "2026-11-22T22:36:12Z");
        assert_eq!(moment(4_107_542_399_000), "2100-02-28T23:59:59Z");
    }

    #[test]
    fn spans_have_two_units_at_most() {
        let of = |millis: u64| span(Duration::from_millis(millis));
        assert_eq!([of(7), of(1_234), of(61_000), of(7_500_000)], ["7 ms", "1.2 s", "1 min 1 s", "2 h 5 min"]);
    }
}
