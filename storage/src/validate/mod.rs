//! From what a plugin returned to a [`Definition`]: every fault at once, each with code, path, origin and help.
//!
//! Pure, and at most n log n in the size of the input: `bounds` comes before what compares parts with parts. Names are
//! resolved first, in one place ([`scope`]), and confinement is checked there and nowhere else: an object lives in a
//! granted namespace, and whatever names another object names one of the same plugin. Then each kind is judged by the
//! rules of its engine, against stated versions. A [`Definition`] comes out only where no error was found.

mod arguments;
mod asked;
mod bounds;
mod clickhouse;
#[cfg(test)]
mod documented;
mod growth;
mod info;
mod milvus;
mod order;
mod scope;
mod sizes;
mod timescaledb;

pub use arguments::{Given, arguments};
pub use info::info;
pub use scope::headers;

use crate::capability::{Capabilities, Terms};
use crate::definition::{Backend, Definition, Object};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::expr::{self, Clause, Dialect, Expr, Kinds};
use crate::name::{Name, Place, reserved};
use crate::raw;
use crate::server::{Version, known};
use crate::types::nearest;
use scope::Resolved;
use std::collections::{BTreeMap, BTreeSet};

/// Versions that a definition is judged against.
#[derive(Debug, Clone)]
pub struct Against {
    versions: BTreeMap<Backend, Version>,
}

impl Against {
    /// The oldest versions we support: what passes them passes everywhere.
    pub fn oldest() -> Self {
        Self { versions: Backend::ALL.into_iter().map(|backend| (backend, known(backend).oldest)).collect() }
    }

    /// Names the version of one engine.
    pub fn set(&mut self, backend: Backend, version: Version) {
        self.versions.insert(backend, version);
    }

    /// The version of an engine.
    pub fn version(&self, backend: Backend) -> Version {
        self.versions.get(&backend).copied().unwrap_or(known(backend).oldest)
    }
}

/// What a plugin was granted beside the namespace of its own model, and what bounds every grant.
#[derive(Debug, Clone, Default)]
pub struct Granted {
    /// The grant.
    pub grant: Terms,
    /// The ceiling.
    pub ceiling: Terms,
    /// The model that it may belong to, where somebody has said so.
    pub model: Option<String>,
    /// What stands before the name of every namespace in the targets of the plugin's model, where anything does.
    pub prefixes: BTreeMap<Backend, String>,
}

/// Judges a plugin's definition. `digest` is that of the canonical bytes it came from.
pub fn validate(
    info: &raw::PluginInfo,
    definition: &raw::ModelDefinition,
    digest: &str,
    granted: &Granted,
    against: &Against,
) -> (Option<Definition>, Diagnostics) {
    judge(info, definition, digest, granted, against, info::info(info))
}

/// The same for the host's own objects, whose names no plugin may have.
pub(crate) fn validate_own(
    info: &raw::PluginInfo,
    definition: &raw::ModelDefinition,
    granted: &Granted,
) -> Option<Definition> {
    judge(info, definition, "", granted, &Against::oldest(), Diagnostics::default()).0
}

fn judge(
    info: &raw::PluginInfo,
    definition: &raw::ModelDefinition,
    digest: &str,
    granted: &Granted,
    against: &Against,
    mut faults: Diagnostics,
) -> (Option<Definition>, Diagnostics) {
    let (Ok(plugin), Ok(model), Ok(version)) =
        (Name::checked(&info.name), Name::checked(&info.model), semver::Version::parse(&info.version))
    else {
        return (None, faults);
    };
    let mut check = Check {
        plugin,
        model,
        against,
        prefixes: &granted.prefixes,
        may: Capabilities::of(info, &granted.grant, &granted.ceiling),
        faults: Diagnostics::default(),
        ids: BTreeMap::new(),
        place: Spot::default(),
        sought: 0,
    };
    check.resolve(info, definition, granted);
    if !check.few_parts(definition) {
        faults.extend(check.faults);
        return (None, faults);
    }
    let mut objects = Vec::new();
    let mut names = timescaledb::Names::of(&check, &definition.timescaledb);
    objects.extend(check.tables(&definition.timescaledb.tables, &mut names).into_iter().map(Object::Table));
    objects.extend(
        check
            .aggregates(&definition.timescaledb.aggregates, &definition.timescaledb.tables, &mut names)
            .into_iter()
            .map(Object::Aggregate),
    );
    let tables = check.clickhouse_tables(&definition.clickhouse.tables);
    let views = check.views(&definition.clickhouse.materialized_views, &definition.clickhouse.tables, &tables);
    objects.extend(tables.into_iter().map(Object::ClickhouseTable));
    objects.extend(views.into_iter().map(Object::View));
    objects.extend(check.collections(&definition.milvus).into_iter().map(Object::Collection));
    check.sizes(&objects);
    check.growth(&objects);
    let operations = std::mem::take(&mut check.may.operations);
    let granted_by_name = check.named();
    faults.extend(check.faults);
    if faults.errors() > 0 {
        return (None, faults);
    }
    asked::note(&mut objects, definition);
    let name = |text: &str| Name::from_server(text);
    let definition = Definition {
        plugin: name(&info.name),
        version,
        model: name(&info.model),
        digest: digest.to_owned(),
        operations,
        named: granted_by_name,
        pinned: granted.model.is_some(),
        objects,
    };
    (Some(definition), faults)
}

/// The object that is being judged: beginning of paths, and where the author wrote it.
#[derive(Debug, Default, Clone)]
struct Spot {
    path: String,
    origin: Option<Origin>,
}

/// One judgement: what is resolved, and what was found.
struct Check<'a> {
    plugin: Name,
    model: Name,
    against: &'a Against,
    prefixes: &'a BTreeMap<Backend, String>,
    may: Capabilities,
    faults: Diagnostics,
    ids: BTreeMap<String, Resolved>,
    place: Spot,
    /// How many times a word was sought that is near another.
    sought: usize,
}

/// Looking for a near word compares with every other. So it is done for the first faults only, and among the first
/// words: a definition of a hundred thousand faults is judged as fast as one of a hundred.
const MOST_SOUGHT: usize = 20;
const MOST_COMPARED: usize = 1_000;

/// Faults of types that are told of one expression: the first says most.
const MOST_TYPED: usize = 3;

impl Check<'_> {
    /// Notes a fault of the object that is being judged.
    fn fault(&mut self, diagnostic: Diagnostic) {
        let mut diagnostic = diagnostic.of(self.plugin.as_str()).at(self.place.origin.as_ref());
        diagnostic.help.get_or_insert_with(|| format!("whale-host explain {} says more", diagnostic.code.id));
        diagnostic.path = if diagnostic.path.is_empty() {
            self.place.path.clone()
        } else {
            format!("{}/{}", self.place.path, diagnostic.path)
        };
        self.faults.push(diagnostic);
    }

    /// Notes an error with what to do.
    fn error(
        &mut self,
        code: crate::diagnostic::Code,
        path: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.fault(Diagnostic::error(code, path, message).help(help));
    }

    /// Begins an object.
    fn begin(&mut self, backend: Backend, header: &raw::Header) {
        self.place = Spot { path: format!("{backend}/{}", cut(&header.id)), origin: header.origin.clone() };
    }

    /// A name, checked against the profile and against names that the engine keeps.
    fn name(&mut self, backend: Backend, place: Place, path: &str, text: &str) -> Option<Name> {
        let name = match Name::checked(text) {
            Ok(name) => name,
            Err(fault) => {
                self.fault(fault.diagnostic(path));
                return None;
            }
        };
        if let Some(why) = reserved(backend, place, &name) {
            self.error(
                codes::name::NAME_RESERVED,
                path,
                format!("{} keeps the name {name} for itself: {why}", backend.title()),
                "choose another name",
            );
            return None;
        }
        Some(name)
    }

    /// A list of names, all of them or none.
    fn names(&mut self, backend: Backend, place: Place, path: &str, texts: &[String]) -> Option<Vec<Name>> {
        let names: Vec<Option<Name>> = texts.iter().map(|text| self.name(backend, place, path, text)).collect();
        names.into_iter().collect()
    }

    /// Columns that are named somewhere and have to exist.
    fn columns(&mut self, path: &str, texts: &[String], known: &BTreeSet<Name>) -> Option<Vec<Name>> {
        let (mut all, mut taken) = (Vec::new(), BTreeSet::new());
        for text in texts {
            match known.get(text.as_str()) {
                Some(name) if !taken.insert(name) => {
                    self.error(
                        codes::name::TWICE,
                        path,
                        format!("the column {} is named twice", cut(text)),
                        "name each column once",
                    );
                }
                Some(name) => all.push(name.clone()),
                None => self.unknown_column(path, text, known),
            }
        }
        (all.len() == texts.len()).then_some(all)
    }

    /// The word that was probably meant.
    fn near<'w>(&mut self, text: &str, among: impl Iterator<Item = &'w str>) -> Option<String> {
        self.sought += 1;
        if self.sought > MOST_SOUGHT {
            return None;
        }
        nearest(text, among.take(MOST_COMPARED)).map(str::to_owned)
    }

    fn unknown_column(&mut self, path: &str, text: &str, known: &BTreeSet<Name>) {
        let near = self.near(text, known.iter().map(Name::as_str));
        let help =
            near.map_or_else(|| "name a column that is defined".to_owned(), |near| format!("did you mean {near}?"));
        self.error(codes::name::UNKNOWN_COLUMN, path, format!("there is no column {:?}", cut(text)), help);
    }

    /// An expression, whose columns have to exist.
    fn expression(
        &mut self,
        path: &str,
        text: &str,
        dialect: Dialect,
        clause: Clause,
        known: &BTreeSet<Name>,
    ) -> Option<Expr> {
        let expression = match expr::parse(text, dialect, clause) {
            Ok(expression) => expression,
            Err(fault) => {
                self.fault(fault.diagnostic(path));
                return None;
            }
        };
        let unknown: Vec<Name> = expression.columns().into_iter().filter(|name| !known.contains(name)).collect();
        for name in &unknown {
            self.unknown_column(path, name.as_str(), known);
        }
        unknown.is_empty().then_some(expression)
    }

    /// Notes what an engine would refuse for its types in an expression; else, of which types it may be. `place` names what
    /// must hold the same for every session, where it must.
    fn types(
        &mut self,
        path: &dyn Fn() -> String,
        expression: &Expr,
        dialect: Dialect,
        place: Option<&str>,
        column: &dyn Fn(&Name) -> Kinds,
    ) -> Option<Kinds> {
        let typed = expr::judge(expression, dialect, column);
        let sound = typed.faults.is_empty();
        for fault in typed.faults.into_iter().take(MOST_TYPED) {
            self.fault(fault.diagnostic(path()));
        }
        if let (true, Some(place), Some(what)) = (sound, place, typed.changing) {
            self.error(
                codes::types::SETTING_PLACE,
                path(),
                format!("{what} depends on a setting of the session, and cannot stand in {place}"),
                "name the zone: `at time zone 'UTC'`, `date_trunc('day', at, 'UTC')`; or use `timestamp`",
            );
        }
        sound.then_some(typed.kinds)
    }

    /// Names that must differ; faults name the second one.
    fn distinct<'n>(&mut self, path: &str, what: &str, names: impl IntoIterator<Item = &'n str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.error(
                    codes::name::TWICE,
                    format!("{path}/{}", cut(name)),
                    format!("two {what} are named {}", cut(name)),
                    "rename one of them",
                );
            }
        }
    }

    /// A rename that the author asks for, which is not carried out yet.
    fn no_rename(&mut self, header: &raw::ColumnHeader, path: &str) {
        if !header.was.is_empty() {
            self.error(
                codes::name::RENAME,
                path,
                format!("{} was {}: renames are not carried out yet", cut(&header.name), cut(&header.was.join(", "))),
                "keep the former name for now, and leave `was` empty",
            );
        }
    }
}

/// Text of a plugin, short enough to be read.
fn cut(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(MOST).collect::<String>())
}
