//! A small seeded mutator: what libFuzzer does to its inputs, without its feedback, and the same on every machine.

/// Draws numbers: xorshift, which needs no library and no state but its own.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Draw {
        Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// One below `most`, 0 where that is 0.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.number() % (most.max(1) as u64)).unwrap()
    }
}

/// Bytes that parsers treat in their own way.
const TELLING: &[u8] = b"\0\n\r\t '\"`\\()[]{},.;:+-*/%=<>~!|@#$?_aE019\x7f\x80\xbf\xc3\xe2\xf0\xff";

/// Longest result.
const MOST: usize = 8 * 1024;

/// An input changed in one to five places; `other` is one to take pieces of.
pub fn mutated(input: &[u8], other: &[u8], draw: &mut Draw) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=draw.below(5) {
        once(&mut bytes, other, draw);
    }
    bytes.truncate(MOST);
    bytes
}

fn once(bytes: &mut Vec<u8>, other: &[u8], draw: &mut Draw) {
    let at = draw.below(bytes.len() + 1);
    let end = (at + 1 + draw.below(16)).min(bytes.len());
    match draw.below(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
        1 if at < bytes.len() => bytes[at] = TELLING[draw.below(TELLING.len())],
        2 if at < end => drop(bytes.drain(at..end)),
        3 if at < end => {
            let piece = bytes[at..end].to_vec();
            let to = draw.below(bytes.len() + 1);
            bytes.splice(to..to, piece);
        }
        4 if !other.is_empty() => {
            let from = draw.below(other.len());
            let until = (from + 1 + draw.below(32)).min(other.len());
            bytes.splice(at..at, other[from..until].iter().copied());
        }
        5 => bytes.truncate(at),
        6 if at < bytes.len() => bytes[at] = draw.number().to_le_bytes()[0],
        _ => bytes.insert(at, TELLING[draw.below(TELLING.len())]),
    }
}
