//! Sets of types: what a value may be, as far as that is known without a server.
//!
//! A type is one bit, without its length, precision or zone; the arrays of a type are one bit more. A set that is too large
//! refuses less, never more: what is not surely known is [`Kinds::ANY`].

/// A set of types. Which bit is which type says each engine's own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds(u64);

/// Bits of what is no array; those of arrays stand above them.
const SCALARS: u32 = 32;

impl Kinds {
    /// No type at all.
    pub(crate) const NONE: Kinds = Kinds(0);
    /// Any type: nothing is known.
    pub(crate) const ANY: Kinds = Kinds(u64::MAX);
    /// Any array.
    pub(crate) const ARRAYS: Kinds = Kinds(u64::MAX << SCALARS);
    /// Anything but an array.
    pub(crate) const NO_ARRAYS: Kinds = Kinds(u64::MAX >> SCALARS);

    pub(super) const fn bit(at: u32) -> Kinds {
        Kinds(1 << at)
    }

    pub(crate) const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    /// Whether a value may be of both.
    pub(crate) const fn meets(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether a value is surely of the other set.
    pub(crate) const fn is_within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Arrays of these; of arrays among them, nothing.
    pub(super) const fn arrays(self) -> Kinds {
        Kinds(self.0 << SCALARS)
    }

    /// Elements of the arrays among these.
    pub(super) const fn elements(self) -> Kinds {
        Kinds(self.0 >> SCALARS)
    }

    /// Each type of the set by itself.
    pub(super) fn each(self) -> impl Iterator<Item = Kinds> {
        (0..u64::BITS).map(Kinds::bit).filter(move |one| self.meets(*one))
    }
}
