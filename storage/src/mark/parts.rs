//! What a mark remembers of each part of its object.
//!
//! Three digests a part, of eight bytes each: of the part's kind and name, of what was asked, and of what the server
//! answered; the last is zero until it has been read back. They are written as one text in Base64, 32 letters a part: a table
//! of 2,000 columns has a mark of 64 KB. Before them stands the form of the digests. A mark whose digests have another
//! form is one that knows no parts: what it stands on is compared by value once.

use crate::part::{Digest, PartKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;

/// The form of the digests, and what separates it from them.
const FORM: &str = "1:";

/// Bytes of a part.
const PART: usize = 3 * Digest::BYTES;

/// What is remembered of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Of the author's own words for it.
    pub asked: Digest,
    /// Of the server's own words for it; none until they have been read back.
    pub answered: Option<Digest>,
}

/// The parts of an object that we made or took over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts(BTreeMap<Digest, Known>);

impl Parts {
    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many it knows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What is remembered of a part.
    pub fn get(&self, part: &PartKey) -> Option<Known> {
        self.0.get(&Digest::of(part)).copied()
    }

    /// Remembers a part.
    pub fn put(&mut self, part: &PartKey, asked: Digest, answered: Option<Digest>) {
        self.0.insert(Digest::of(part), Known { asked, answered });
    }

    /// The same, with nothing that a server answered.
    #[must_use]
    pub fn unanswered(mut self) -> Self {
        self.0.values_mut().for_each(|known| known.answered = None);
        self
    }

    fn text(&self) -> String {
        let unread = [0; Digest::BYTES];
        let part = |(key, known): (&Digest, &Known)| {
            [key.0, known.asked.0, known.answered.map_or(unread, |digest| digest.0)].concat()
        };
        format!("{FORM}{}", BASE64.encode(self.0.iter().flat_map(part).collect::<Vec<u8>>()))
    }

    fn read(text: &str) -> Result<Self, String> {
        let Some(digests) = text.strip_prefix(FORM) else {
            return match text.split_once(':') {
                Some((form, _)) if form.parse::<u32>().is_ok() => Ok(Self::default()),
                _ => Err("the digests of its parts name no form".to_owned()),
            };
        };
        let bytes = BASE64.decode(digests).map_err(|error| error.to_string())?;
        let whole = bytes.chunks_exact(PART);
        if !whole.remainder().is_empty() {
            return Err("the digests of its parts are cut off".to_owned());
        }
        Ok(Self(whole.filter_map(part).collect()))
    }
}

fn part(bytes: &[u8]) -> Option<(Digest, Known)> {
    let mut digests = bytes.chunks_exact(Digest::BYTES).filter_map(|chunk| Some(Digest(chunk.try_into().ok()?)));
    let (key, asked, answered) = (digests.next()?, digests.next()?, digests.next()?);
    Some((key, Known { asked, answered: (answered.0 != [0; Digest::BYTES]).then_some(answered) }))
}

impl Serialize for Parts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails may panic")]
mod tests {
    use super::*;
    use crate::part::PartKind;

    fn parts(columns: usize) -> Parts {
        let mut parts = Parts::default();
        for number in 0..columns {
            let answered = (number % 2 == 0).then(|| Digest::of("answered"));
            parts.put(&PartKey::new(PartKind::Column, format!("c{number}")), Digest::of(&number), answered);
        }
        parts
    }

    #[test]
    fn what_is_written_is_read() {
        for columns in [0, 1, 2, 7] {
            let written = parts(columns);
            assert_eq!(Parts::read(&written.text()).unwrap(), written);
        }
        let known = parts(2).get(&PartKey::new(PartKind::Column, "c1")).unwrap();
        assert_eq!((known.asked, known.answered), (Digest::of(&1), None));
        assert_eq!(parts(2).get(&PartKey::new(PartKind::Index, "c1")), None, "the kind is part of the key");
    }

    #[test]
    fn another_form_knows_no_parts_and_what_is_no_form_is_a_fault() {
        assert_eq!(Parts::read("2:x!"), Ok(Parts::default()));
        for text in ["", "x", "1:x", "1:!!!!", "1:AAAA", "one:AAAA"] {
            assert!(Parts::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_part_takes_32_letters() {
        assert_eq!(parts(2_000).text().len(), 2_000 * 32 + FORM.len());
    }
}
