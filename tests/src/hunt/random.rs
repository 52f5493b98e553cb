//! Numbers that follow from a seed: the same seed draws the same, on every machine.

/// A stream of numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream of one unit: of an engine, a seed, and the unit's number.
    pub fn of(engine: &str, seed: u64, number: u64) -> Self {
        let mut random = Self(seed);
        for part in engine.bytes().map(u64::from).chain([number]) {
            random.0 ^= part.wrapping_mul(0x0100_0000_01b3);
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        drawn ^ (drawn >> 31)
    }

    /// A number below another, which is not 0.
    pub fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(most).unwrap()).unwrap()
    }

    /// A number between two, both included.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// Whether what happens so many times of a hundred happens now.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// One of some, each with how often it is drawn.
    pub fn weighted<'a, T>(&mut self, of: &'a [(usize, T)]) -> &'a T {
        let mut left = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, one) in of {
            if left < *weight {
                return one;
            }
            left -= weight;
        }
        unreachable!("the weights are their sum")
    }

    /// Some of a list, at most so many, each once, in an order of their own.
    pub fn some<T: Clone>(&mut self, of: &[T], most: usize) -> Vec<T> {
        let mut left = of.to_vec();
        let wanted = self.below(most.min(left.len()) + 1);
        (0..wanted).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }

    /// The same, and at least one where there is one.
    pub fn at_least_one<T: Clone>(&mut self, of: &[T], most: usize) -> Vec<T> {
        let found = self.some(of, most);
        if found.is_empty() && !of.is_empty() { vec![self.pick(of).clone()] } else { found }
    }
}
