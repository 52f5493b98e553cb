//! What `setup` made: the storage tree, with what `apply` wrote into it, and users.

use crate::render::{RolesView, SetUp};
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

#[derive(Serialize)]
pub(super) struct UserView<'a> {
    target: String,
    user: &'a str,
    file: &'a str,
    statements: &'a [String],
}

pub(super) fn users(view: &RolesView) -> Vec<UserView<'_>> {
    let view = view.users.iter().map(|(target, user)| UserView {
        target: target.to_string(),
        user: user.user.as_str(),
        file: &user.file,
        statements: &user.statements,
    });
    view.collect()
}
