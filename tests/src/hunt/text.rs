//! Text of findings: masked, so that alike ones are one; compared, so that what differs is seen; cut, so that it is short.

use std::collections::BTreeSet;

/// Pieces of a text: words, numbers, literals in quotes, other signs one by one or as operators.
pub fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let first = letters[at];
        let mut end = at + 1;
        if matches!(first, '\'' | '"' | '`') {
            while end < letters.len() && letters[end] != first {
                end += 1 + usize::from(letters[end] == '\\');
            }
            end = (end + 1).min(letters.len());
        } else if first.is_alphanumeric() || first == '_' {
            while end < letters.len() && (letters[end].is_alphanumeric() || matches!(letters[end], '_' | '.')) {
                end += 1;
            }
        } else if "<>=!|:~*@-".contains(first) {
            while end < letters.len() && "<>=!|:~*@-".contains(letters[end]) {
                end += 1;
            }
        }
        if !first.is_whitespace() {
            found.push(letters[at..end].iter().collect());
        }
        at = end;
    }
    found
}

/// Words of messages that columns are called too.
const PROSE: &str = " a all and any array as by case check column database date default do end engine exists first for \
                     format from group in index into is key last left like limit not null of on or order over partition \
                     primary range right row set some table text then time timestamp to type using value values view when \
                     where window with ";

/// Whether a word is a type of an engine.
fn is_type(word: &str) -> bool {
    let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let postgres = " smallint integer bigint numeric real double precision text character varying boolean date time timestamp \
                    interval uuid json jsonb bytea inet cidr macaddr unknown ";
    let clickhouse = " UInt Int Float BFloat String FixedString Date DateTime Array Map Tuple Nullable LowCardinality UUID \
                      IPv Enum Decimal Bool JSON IntervalDay IntervalHour IntervalMinute IntervalSecond \
                      AggregateFunction SimpleAggregateFunction Nothing ";
    [postgres, clickhouse].iter().any(|all| all.contains(&format!(" {bare} ")))
}

/// A piece without what is special to one definition.
fn masked(token: &str, names: &BTreeSet<String>) -> String {
    let bare = token.trim_matches(['"', '`', '\'']);
    if names.contains(bare) && (bare != token || !PROSE.contains(&format!(" {bare} "))) {
        "N".to_owned()
    } else if token.starts_with(['\'', '"', '`']) {
        "'..'".to_owned()
    } else if token.starts_with(|letter: char| letter.is_ascii_digit()) {
        "#".to_owned()
    } else {
        token.to_owned()
    }
}

/// Forms of a type, and lists.
const COLLAPSED: &[(&str, &str)] = &[
    ("T with T zone", "T"),
    ("T without T zone", "T"),
    ("T(#)", "T"),
    ("T('..')", "T"),
    ("T(#, #)", "T"),
    ("T(T)", "T"),
    ("T(N T", "T(T"),
    ("T T", "T"),
    ("T, T", "T"),
    ("T [ ]", "T"),
    ("T []", "T"),
    ("N, N", "N"),
];

/// A message without names, literals and numbers, and without what only tells where.
pub fn mask(message: &str, names: &BTreeSet<String>) -> String {
    // What could not be parsed stands before it, without quotes.
    let message = message.rfind("Cannot parse ").map_or(message, |at| &message[at..]);
    let cut = [": In scope", ": While ", ": while ", ". In query", "(version ", "(Note", ". Expected one of", "\n"];
    let end = cut.iter().filter_map(|place| message.find(place)).min().unwrap_or(message.len());
    let mut text = String::new();
    for token in tokens(&message[..end]) {
        let token = if is_type(&token) { "T".to_owned() } else { masked(&token, names) };
        let close = matches!(token.as_str(), ")" | "," | "." | "]") || text.ends_with(['(', '[']);
        if !text.is_empty() && !close && token != "(" {
            text.push(' ');
        }
        text.push_str(&token);
    }
    for (from, to) in COLLAPSED.iter().cycle().take(COLLAPSED.len() * 6) {
        text = text.replace(from, to);
    }
    text.chars().take(200).collect()
}

/// What a found text has that the wanted one has not, and the reverse, masked: `+ ::`, `+ numeric`, `- '..'`.
pub fn difference(wanted: &str, found: &str, names: &BTreeSet<String>) -> BTreeSet<String> {
    let (mut less, mut more) = (tokens(wanted), tokens(found));
    more.retain(|token| match less.iter().position(|one| one == token) {
        Some(at) => {
            less.remove(at);
            false
        }
        None => true,
    });
    let signs: BTreeSet<String> = more
        .iter()
        .map(|token| format!("+ {}", masked(token, names)))
        .chain(less.iter().map(|token| format!("- {}", masked(token, names))))
        .filter(|sign| !matches!(sign.as_str(), "+ (" | "+ )" | "- (" | "- )"))
        .collect();
    if signs.is_empty() { BTreeSet::from(["another order or other brackets".to_owned()]) } else { signs }
}

/// The first line of a message, not too long.
pub fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(400).collect()
}

/// Shorter texts that an expression may still be: its parts in its own place, and in that of each other.
pub fn cuts(text: &str) -> Vec<String> {
    if text.len() < 3 || text.len() > 2_000 {
        return Vec::new();
    }
    let parts = parts(text);
    let mut found = BTreeSet::new();
    for (from, to) in &parts {
        found.insert(text[*from..*to].trim().to_owned());
    }
    for (from, to) in &parts {
        let inner = parts.iter().filter(|(least, most)| least >= from && most <= to && (least, most) != (from, to));
        for (least, most) in inner {
            let (before, part, after) = (&text[..*from], text[*least..*most].trim(), &text[*to..]);
            found.insert(format!("{before}{part}{after}"));
        }
        // An argument less, with its comma.
        let (before, after) = (text[..*from].trim_end(), &text[*to..]);
        if let Some(before) = before.strip_suffix(',') {
            found.insert(format!("{before}{after}"));
        }
    }
    found.remove("");
    found.into_iter().filter(|one| one.len() < text.len()).take(200).collect()
}

/// Where the parts of an expression are: what stands in brackets, between commas, and between blanks outside of brackets.
fn parts(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open = vec![0];
    let mut begins: Vec<Vec<usize>> = vec![vec![0]];
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match quote {
            Some(sign) => quote = (letter != sign).then_some(sign),
            None => match letter {
                '\'' | '"' | '`' => quote = Some(letter),
                '(' | '[' => {
                    open.push(at + 1);
                    begins.push(vec![at + 1]);
                }
                ')' | ']' => {
                    let Some(from) = open.pop() else { return found };
                    ends(&mut found, begins.pop().unwrap_or_default(), at);
                    found.push((from, at));
                    if open.is_empty() {
                        return found;
                    }
                }
                ',' | ' ' => {
                    let depth = begins.len() - 1;
                    let since = begins[depth].clone();
                    ends(&mut found, since, at);
                    begins[depth].push(at + 1);
                }
                _ => {}
            },
        }
    }
    ends(&mut found, begins.pop().unwrap_or_default(), text.len());
    found.retain(|(from, to)| from < to);
    found
}

fn ends(found: &mut Vec<(usize, usize)>, begins: Vec<usize>, at: usize) {
    // The last few are enough: a long chain would have a part between any two of its blanks.
    found.extend(begins.into_iter().rev().take(4).map(|from| (from, at)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alike_messages_are_one() {
        let names = BTreeSet::from(["price".to_owned(), "t1".to_owned()]);
        assert_eq!(mask("column \"price\" of t1 is 7 long", &names), "column N of N is # long");
        assert_eq!(mask("no 'x y' here\nmore", &names), "no '..' here");
        assert_eq!(mask("Illegal type Array(Tuple(String, UInt8)) of f", &names), "Illegal type T of f");
        let signs = |wanted, found| difference(wanted, found, &names).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(signs("price > 0.5", "(price > (0.5)::numeric)"), "+ :: + numeric");
        assert_eq!(signs("a = '1.50'", "a = 1.5"), "+ # - '..'");
    }

    #[test]
    fn an_expression_is_cut_into_its_parts() {
        let cuts = cuts("lower(a) = coalesce(b, 'x y')");
        for part in ["lower(a)", "a", "coalesce(b, 'x y')", "b", "lower(a) = b", "lower(a) = coalesce(b)"] {
            assert!(cuts.contains(&part.to_owned()), "{part}: {cuts:?}");
        }
        assert!(super::cuts("a)b((").len() < 10);
    }
}
