//! Whose a folder is: what others could have put there is not used.

use cap_std::fs::{Metadata, MetadataExt as _};
use std::io;

/// The group and everybody may write.
const OTHERS_WRITE: u32 = 0o022;

/// The group and everybody may do anything at all.
const OTHERS: u32 = 0o077;

/// Why a folder or a file is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotOurs {
    /// Another user owns it.
    #[error("it belongs to another user")]
    Foreign,
    /// Others may change what is in it.
    #[error("other users may write to it")]
    Writable,
    /// Others may look into it.
    #[error("other users may enter or read it")]
    Open,
}

/// Refuses what another user owns or may change.
pub(crate) fn ours(about: &Metadata) -> io::Result<()> {
    if about.uid() != nix::unistd::geteuid().as_raw() {
        return Err(refused(NotOurs::Foreign));
    }
    if about.mode() & OTHERS_WRITE == 0 { Ok(()) } else { Err(refused(NotOurs::Writable)) }
}

/// Refuses what another user owns, may change or may read.
pub(crate) fn closed(about: &Metadata) -> io::Result<()> {
    ours(about)?;
    if about.mode() & OTHERS == 0 { Ok(()) } else { Err(refused(NotOurs::Open)) }
}

/// Whose it is, where that is why it was refused.
pub(crate) fn not_ours(error: &io::Error) -> Option<NotOurs> {
    error.get_ref()?.downcast_ref().copied()
}

fn refused(why: NotOurs) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}
