//! One text for a number.

/// A number of PostgreSQL, whose scale is part of its type: `1.0` is not `1.00`. The exponent is written out.
pub(super) fn exact(digits: &str) -> String {
    let (sign, rest) = split_sign(digits);
    let lower = rest.to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Some(exponent) = exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() <= 100) else {
        return digits.to_owned();
    };
    let all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).unwrap_or(i32::MAX).saturating_add(exponent);
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point >= all.len() => (format!("{all:0<point$}"), String::new()),
        Ok(point) => all
            .split_at_checked(point)
            .map_or_else(|| (all.clone(), String::new()), |(whole, fraction)| (whole.to_owned(), fraction.to_owned())),
        Err(_) => (String::new(), format!("{}{all}", "0".repeat(usize::try_from(-point).unwrap_or_default()))),
    };
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A number of ClickHouse: an integer, or a Float64, which is what a point or an exponent makes of it.
pub(super) fn float(digits: &str) -> String {
    if !digits.contains(['.', 'e', 'E']) {
        return exact(digits);
    }
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => format!("{value:?}"),
        _ => digits.to_owned(),
    }
}

/// Whether it has neither point nor exponent.
pub(super) fn is_integer(digits: &str) -> bool {
    let (_, rest) = split_sign(digits);
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number and nothing else, not even a space.
pub(super) fn is_number(text: &str) -> bool {
    let (_, rest) = split_sign(text);
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

fn split_sign(digits: &str) -> (&str, &str) {
    digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_numbers_keep_their_scale() {
        for (written, canonical) in [
            ("1", "1"),
            ("1.0", "1.0"),
            ("1.00", "1.00"),
            ("007", "7"),
            (".5", "0.5"),
            ("1.", "1"),
            ("1e3", "1000"),
            ("1.5e3", "1500"),
            ("1.5e-3", "0.0015"),
            ("-2.50", "-2.50"),
            ("1e10", "10000000000"),
            ("0", "0"),
            ("0e5", "0"),
            ("1e999999999", "1e999999999"),
            ("12345e-2", "123.45"),
        ] {
            assert_eq!(exact(written), canonical, "{written}");
        }
    }

    #[test]
    fn floats_are_the_same_value() {
        for (written, stored) in
            [("1.0", "1."), ("-1.50", "-1.5"), ("1e10", "10000000000."), ("0.10", ".1"), ("1.5E3", "1500.")]
        {
            assert_eq!(float(written), float(stored), "{written}");
        }
        assert_ne!(float("1"), float("1."));
        assert_eq!(float("18446744073709551615"), "18446744073709551615");
    }
}
