//! What becomes of a tree that changes between the look and the making.

#![allow(clippy::disallowed_methods, reason = "a test is its own main")]

use super::*;
use std::fs;
use std::os::unix::fs::symlink;

fn root(folder: &tempfile::TempDir) -> Dir {
    Dir::open_ambient_dir(folder.path().join("root"), cap_std::ambient_authority()).unwrap()
}

fn replace(dir: &Dir, name: &str, content: &str) -> io::Result<()> {
    file::replace(dir, name, partial(name), content.as_bytes())
}

/// A root, and beside it a folder that nothing may get into.
fn world() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("root")).unwrap();
    fs::create_dir(folder.path().join("outside")).unwrap();
    fs::write(folder.path().join("outside/kept"), "kept").unwrap();
    folder
}

fn outside(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join("outside")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_link_that_took_a_folders_place_is_not_followed() {
    let folder = world();
    fs::create_dir(folder.path().join("root/inside")).unwrap();
    for (link, to) in [("a", "../outside"), ("b", "inside"), ("c", "/")] {
        symlink(to, folder.path().join("root").join(link)).unwrap();
        assert!(reach(&root(&folder), &format!("{link}/new")).is_err(), "{link} leads to {to}");
    }
    assert_eq!(outside(&folder), ["kept"]);
    assert_eq!(fs::read_dir(folder.path().join("root/inside")).unwrap().count(), 0);
}

#[test]
fn no_part_of_a_path_leads_up() {
    let folder = world();
    for path in ["../outside/new", "a/../../outside/new", "./.."] {
        assert!(reach(&root(&folder), path).is_err(), "{path}");
    }
    assert_eq!(outside(&folder), ["kept"]);
}

#[test]
fn a_link_that_took_a_files_place_is_replaced_and_what_it_leads_to_is_not() {
    let folder = world();
    for name in ["file", ".file.partial"] {
        symlink("../outside/kept", folder.path().join("root").join(name)).unwrap();
    }
    replace(&root(&folder), "file", "new").unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("outside/kept")).unwrap(), "kept");
    assert!(fs::symlink_metadata(folder.path().join("root/file")).unwrap().is_file());
    assert_eq!(fs::read_to_string(folder.path().join("root/file")).unwrap(), "new");
    assert_eq!(fs::read_dir(folder.path().join("root")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_file_that_cannot_be_replaced_stays_whole() {
    let folder = world();
    fs::create_dir_all(folder.path().join("root/file/below")).unwrap();
    assert!(replace(&root(&folder), "file", "new").is_err());
    assert_eq!(fs::read_dir(folder.path().join("root")).unwrap().count(), 1, "nothing is left beside it");
}
