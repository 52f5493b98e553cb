//! Looking at what is there, before anything is made. Changes nothing.

use super::root::Tree;
use super::{MOST_BYTES, partial, split};
use cap_std::fs::{Dir, Metadata};
use nix::fcntl::AtFlags;
use nix::unistd::{AccessFlags, faccessat};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};
use whale_storage::diagnostic::{Diagnostics, codes::settings as codes};
use whale_storage::file::{self, Links};

const LINK: &str = "is a link, and no link of the tree is followed";
const NO_LINK: &str =
    "put a folder or a file in its place; to have a part of the tree on another disk, mount that there";
const MOVE: &str = "move it away";
const RIGHTS: &str = "give whoever runs this the right to read and write there";

/// What a tree is to hold.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Folders, with those above them.
    pub(crate) folders: BTreeSet<String>,
    /// Files, with their folders.
    pub(crate) files: BTreeSet<String>,
}

/// What it holds of that.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// Folders that are wanted, and whether each is there.
    pub(crate) folders: BTreeMap<String, bool>,
    /// Files that are wanted, and what is in them; none: not there.
    pub(crate) files: BTreeMap<String, Option<Vec<u8>>>,
}

impl Tree {
    /// Looks at everything that is wanted, and refuses what stands in the way of any of it.
    pub(crate) fn survey(&self, wanted: &Wanted) -> Result<Survey, Diagnostics> {
        let root = self.look()?;
        let mut look =
            Look { tree: self, open: BTreeMap::from([(String::new(), root)]), found: Diagnostics::default() };
        let mut survey = Survey::default();
        for folder in &wanted.folders {
            let there = look.folder(folder).is_some();
            survey.folders.insert(folder.clone(), there);
        }
        for file in &wanted.files {
            let content = look.file(file);
            survey.files.insert(file.clone(), content);
        }
        if look.found.is_empty() { Ok(survey) } else { Err(look.found) }
    }
}

/// A look at a tree.
struct Look<'a> {
    tree: &'a Tree,
    /// Folders that were come by; none: not there.
    open: BTreeMap<String, Option<Dir>>,
    found: Diagnostics,
}

impl Look<'_> {
    /// The folder, if it is there and can be used. One that is missing can be made, or that is told.
    fn folder(&mut self, path: &str) -> Option<Dir> {
        let mut at = String::new();
        let mut dir = self.known(&at)?;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let above = at.clone();
            if !at.is_empty() {
                at.push('/');
            }
            at.push_str(part);
            if !self.open.contains_key(&at) {
                let opened = self.enter(&dir, &above, part, &at);
                self.open.insert(at.clone(), opened);
            }
            dir = self.known(&at)?;
        }
        Some(dir)
    }

    fn known(&self, path: &str) -> Option<Dir> {
        self.open.get(path)?.as_ref()?.try_clone().ok()
    }

    fn enter(&mut self, dir: &Dir, above: &str, part: &str, at: &str) -> Option<Dir> {
        match dir.symlink_metadata(part) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.must_be_writable(dir, above),
            Err(error) => self.in_the_way(at, &format!("cannot be looked at: {error}"), RIGHTS),
            Ok(found) if found.is_symlink() => self.in_the_way(at, LINK, NO_LINK),
            Ok(found) if !found.is_dir() => self.in_the_way(at, "is not a folder", MOVE),
            Ok(_) => match super::make::enter(dir, part) {
                Ok(dir) => return Some(dir),
                Err(error) => self.in_the_way(at, &format!("cannot be opened: {error}"), RIGHTS),
            },
        }
        None
    }

    /// What the file holds, if it is there. One that is missing or different can be written, or that is told.
    fn file(&mut self, path: &str) -> Option<Vec<u8>> {
        let (above, name) = split(path);
        let dir = self.folder(above)?;
        let usable = |found: &Metadata| found.is_file() && !found.is_symlink();
        for name in [partial(name), name.to_owned()] {
            match dir.symlink_metadata(&name) {
                Ok(found) if !usable(&found) => {
                    let (what, help) =
                        if found.is_symlink() { (LINK, NO_LINK) } else { ("is not a regular file", MOVE) };
                    self.in_the_way(&format!("{above}/{name}"), what, help);
                    return None;
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    self.in_the_way(&format!("{above}/{name}"), &format!("cannot be looked at: {error}"), RIGHTS);
                    return None;
                }
                _ => {}
            }
        }
        self.must_be_writable(&dir, above);
        match read(&dir, name) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.in_the_way(path, &format!("cannot be read: {error}"), RIGHTS);
                None
            }
        }
    }

    fn must_be_writable(&mut self, dir: &Dir, path: &str) {
        if faccessat(dir, ".", AccessFlags::W_OK | AccessFlags::X_OK, AtFlags::AT_EACCESS).is_err() {
            self.in_the_way(path, "cannot be written to", RIGHTS);
        }
    }

    fn in_the_way(&mut self, path: &str, what: &str, help: &str) {
        let root = self.tree.shown();
        let place = if path.is_empty() { root } else { format!("{path} in the storage tree {root}") };
        let message = format!("{place} {what}");
        // One folder may be in the way of many.
        if !self.found.iter().any(|fault| fault.message == message) {
            self.found.extend(self.tree.fault(codes::IN_THE_WAY, message, help));
        }
    }
}

/// Reads what is compared. More than the most is cut, and equals nothing that we would write.
fn read(dir: &Dir, name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A link or a pipe may have taken the file's place since it was looked at.
    file::open(dir, name, Links::Refused)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
