//! Expressions from tables: templates with holes, each hole of a class, each class with its literals.
//!
//! A class is a type, or some types that a template takes alike. What fills a hole is of the hole's class, so that most
//! expressions are well typed; a writer that is odd fills some holes with another class.

use super::random::Random;

/// What an engine's expressions are made of.
pub struct Grammar {
    /// Classes with their literals, in every spelling that is worth a try.
    pub literals: &'static [(&'static str, &'static str)],
    /// Names for several classes.
    pub groups: &'static [(&'static str, &'static str)],
    /// The class of the result, and a text with `{class}` where an expression stands, `{class!}` where a literal does.
    pub templates: &'static [(&'static str, &'static str)],
    /// Sign around a name that is quoted.
    pub quote: char,
    /// Names that mean something else without quotes.
    pub keywords: &'static str,
}

/// The entries of a list, which are divided by a sign that stands in no definition.
pub fn list(text: &'static str) -> Vec<&'static str> {
    text.split(';').map(str::trim).filter(|one| !one.is_empty()).collect()
}

/// One entry of a list.
pub fn one(random: &mut Random, text: &'static str) -> &'static str {
    let all = list(text);
    all[random.below(all.len())]
}

/// A column as an expression sees it.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub class: &'static str,
}

/// Writes expressions over some columns.
pub struct Writer<'w> {
    pub grammar: &'w Grammar,
    pub columns: &'w [Column],
    /// How many of a hundred holes are filled with something of another class.
    pub odd: usize,
}

impl Writer<'_> {
    /// An expression of a class, at most so deep.
    pub fn write(&self, random: &mut Random, class: &str, depth: usize) -> String {
        if random.chance(self.odd) {
            let other = random.pick(self.grammar.literals).0;
            return self.of(random, other, depth);
        }
        self.of(random, class, depth)
    }

    /// The same, and it names a column: what a key has to do.
    pub fn keyed(&self, random: &mut Random, class: &str, depth: usize) -> String {
        for _ in 0..12 {
            let text = self.write(random, class, depth);
            let named = super::text::tokens(&text);
            if self
                .columns
                .iter()
                .any(|column| named.iter().any(|one| one.trim_matches(self.grammar.quote) == column.name))
            {
                return text;
            }
        }
        match self.columns {
            [] => self.write(random, class, depth),
            all => {
                let name = &random.pick(all).name;
                self.name(random, name)
            }
        }
    }

    fn of(&self, random: &mut Random, class: &str, depth: usize) -> String {
        let templates = self.templates(class);
        // What has no literals is made of templates alone.
        if depth > 0 && !templates.is_empty() && (!self.knows(class) || random.chance(85)) {
            let template = *random.pick(&templates);
            return self.fill(random, template, depth - 1);
        }
        if let Some(member) = self.member(random, class) {
            return if depth > 0 { self.write(random, member, depth) } else { self.leaf(random, class, member) };
        }
        self.leaf(random, class, class)
    }

    /// A column of the class, or a literal.
    fn leaf(&self, random: &mut Random, class: &str, member: &str) -> String {
        let fits: Vec<&Column> = self.columns.iter().filter(|column| self.holds(class, column.class)).collect();
        if !fits.is_empty() && random.chance(75) {
            let name = &random.pick(&fits).name;
            return self.name(random, name);
        }
        self.literal(random, member)
    }

    /// A literal of a class.
    pub fn literal(&self, random: &mut Random, class: &str) -> String {
        let class = self.member(random, class).unwrap_or(class);
        let of = self.grammar.literals.iter().find(|(name, _)| *name == class);
        let (_, literals) = of.unwrap_or_else(|| panic!("there is no class {class}"));
        one(random, literals).to_owned()
    }

    /// A column as it is written: in quotes where its name means something else, for the most part.
    pub fn name(&self, random: &mut Random, name: &str) -> String {
        let quoted = if list(self.grammar.keywords).contains(&name) { 85 } else { 5 };
        let sign = self.grammar.quote;
        if random.chance(quoted) { format!("{sign}{name}{sign}") } else { name.to_owned() }
    }

    /// Whether a class is the other, or a group that has it.
    pub fn holds(&self, class: &str, other: &str) -> bool {
        class == other || self.members(class).contains(&other)
    }

    fn members(&self, class: &str) -> Vec<&'static str> {
        self.grammar.groups.iter().find(|(name, _)| *name == class).map_or_else(Vec::new, |(_, members)| list(members))
    }

    fn member(&self, random: &mut Random, class: &str) -> Option<&'static str> {
        let members = self.members(class);
        (!members.is_empty()).then(|| *random.pick(&members))
    }

    /// Whether there is a class or a group of that name.
    fn knows(&self, name: &str) -> bool {
        let Grammar { literals, groups, .. } = self.grammar;
        literals.iter().chain(*groups).any(|(class, _)| *class == name)
    }

    fn templates(&self, class: &str) -> Vec<&'static str> {
        let of = self.grammar.templates.iter().filter(|(result, _)| *result == class);
        of.flat_map(|(_, templates)| list(templates)).collect()
    }

    /// A template with its holes filled.
    pub fn fill(&self, random: &mut Random, template: &str, depth: usize) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (hole, behind) = after.split_once('}').expect("a bracket is closed");
            // Brackets of JSON and of arrays in quotes.
            if !self.knows(hole.trim_end_matches('!')) {
                text.push('{');
                rest = after;
                continue;
            }
            let filled = match hole.strip_suffix('!') {
                Some(class) => self.literal(random, class),
                None => self.write(random, hole, depth),
            };
            // Between brackets and commas nothing can be torn apart.
            let apart = before.ends_with(['(', '[']) || before.ends_with(", ");
            let closed = behind.starts_with([')', ']', ',']);
            if is_one(&filled) || apart && closed {
                text.push_str(&filled);
            } else {
                text.push('(');
                text.push_str(&filled);
                text.push(')');
            }
            rest = behind;
        }
        text + rest
    }
}

/// Whether a text is one value whatever stands beside it: a name, a number, a literal, a call.
fn is_one(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return !rest.contains('\'');
    }
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '"' | '`');
    let Some((name, arguments)) = text.split_once('(') else { return text.chars().all(word) };
    let Some(arguments) = arguments.strip_suffix(')') else { return false };
    let mut depth = 0_i32;
    let stays = arguments.chars().all(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        depth >= 0
    });
    stays && !name.is_empty() && name.chars().all(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_known_from_several() {
        for text in ["a", "\"order\"", "1.5", "'a b'", "abs(a)", "f(a, (b))", "now()"] {
            assert!(is_one(text), "{text}");
        }
        for text in ["-1", "a + b", "'a' || 'b'", "(a)", "f(a) + f(b)", "date '2020-01-01'", "a::int"] {
            assert!(!is_one(text), "{text}");
        }
    }
}
