//! How large the result of a function becomes, from the sizes of its arguments.

/// An upper bound in bytes; of a number, in digits as it would be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::expr) enum Growth {
    /// At most so many, whatever the arguments.
    Fixed(u64),
    /// The largest argument.
    Largest,
    /// All arguments together.
    Sum,
    /// All arguments together, so many times: escapes, hexadecimal digits, elements of an array.
    Times(u64),
    /// All arguments together, with the first one between any two of the others.
    Joined,
    /// A text as long as its format makes it: the second argument, each letter of which becomes a word.
    Formatted,
    /// The first argument, in which each place of the second is replaced by the third.
    Replaced,
    /// The same with a pattern, which can be found between any two letters.
    PatternReplaced,
    /// As many bytes as the second argument says.
    Sized,
}

/// Of a number, a day, a point in time, a hash.
pub(super) const SMALL: Growth = Growth::Fixed(64);
