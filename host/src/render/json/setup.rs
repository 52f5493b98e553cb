//! The storage tree: what `setup` made of it, and what `apply` wrote into it.

use crate::render::SetUp;
use crate::tree::definitions::Written;
use crate::tree::shipped::Fate;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct SetUpView<'a> {
    root: &'a str,
    models: Vec<&'a str>,
    folders: Vec<EntryView<'a>>,
    files: Vec<EntryView<'a>>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    path: &'a str,
    state: &'static str,
}

#[derive(Serialize)]
pub(super) struct TreeView<'a> {
    root: &'a str,
    written: &'a [String],
    unchanged: usize,
}

pub(super) fn set_up(view: &SetUp) -> SetUpView<'_> {
    SetUpView {
        root: &view.root,
        models: view.models.iter().map(whale_storage::name::Name::as_str).collect(),
        folders: view
            .folders
            .iter()
            .map(|(path, there)| EntryView { path, state: if *there { "there" } else { "made" } })
            .collect(),
        files: view.files.iter().map(|(path, fate)| EntryView { path, state: state(*fate) }).collect(),
    }
}

fn state(fate: Fate) -> &'static str {
    match fate {
        Fate::Made => "made",
        Fate::There => "there",
        Fate::Updated => "updated",
        Fate::Kept => "kept",
    }
}

pub(super) fn tree_view(tree: &Written) -> TreeView<'_> {
    TreeView { root: &tree.root, written: &tree.files, unchanged: tree.unchanged }
}
