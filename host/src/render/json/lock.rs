//! What `lock` wrote, or found as it was written.

use crate::lock::{Change, Locked};
use crate::render::LockView;
use serde::Serialize;
use std::collections::BTreeMap;
use whale_storage::capability::Size;

#[derive(Serialize)]
pub(super) struct View<'a> {
    file: &'a str,
    written: bool,
    plugins: Vec<PluginView<'a>>,
}

#[derive(Serialize)]
struct PluginView<'a> {
    name: &'a str,
    state: &'static str,
    version: &'a str,
    model: &'a str,
    sha256: &'a str,
    may: MayView<'a>,
    widens: Vec<String>,
    narrows: Vec<String>,
}

#[derive(Serialize)]
struct MayView<'a> {
    engines: Vec<&'a str>,
    namespaces: Vec<(&'a str, &'a str)>,
    operations: Vec<&'a str>,
    maxima: BTreeMap<&'a str, u64>,
}

pub(super) fn view(view: &LockView) -> View<'_> {
    let plugins = view.changes.iter().map(|(name, change)| plugin(name, change)).collect();
    View { file: &view.file, written: view.written, plugins }
}

fn plugin<'a>(name: &'a str, change: &'a Change) -> PluginView<'a> {
    let (state, locked, from) = match change {
        Change::New(locked) => ("new", locked, None),
        Change::Changed(from, to) => ("changed", to, Some(from.as_ref())),
        Change::Same(locked) => ("same", locked, None),
        Change::Gone(locked) => ("gone", locked, None),
    };
    let beyond = |one: &Locked, other: &Locked| one.may.beyond(&other.may);
    PluginView {
        name,
        state,
        version: &locked.version,
        model: &locked.model,
        sha256: &locked.sha256,
        may: may(locked),
        widens: from.map(|from| beyond(locked, from)).unwrap_or_default(),
        narrows: from.map(|from| beyond(from, locked)).unwrap_or_default(),
    }
}

fn may(locked: &Locked) -> MayView<'_> {
    let may = &locked.may;
    MayView {
        engines: may.engines.iter().map(|engine| engine.id()).collect(),
        namespaces: may.namespaces.iter().map(|(engine, name)| (engine.id(), name.as_str())).collect(),
        operations: may.operations.iter().map(|operation| operation.word()).collect(),
        maxima: Size::ALL.into_iter().filter_map(|size| Some((size.key(), may.maxima.of(size)?))).collect(),
    }
}
