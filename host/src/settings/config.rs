//! `whale.toml`: which plugins, what each is granted, where the engines are, what a guest may cost.
//!
//! Unknown keys and values of another type are errors: a grant with a typing mistake must not silently hold or not hold.
//! Nothing here is a secret; a password in a URL is refused, since the file belongs beside the code.

use super::limits::Named;
use super::models::{self, ModelSettings};
use super::reader::{Key, Reader, Value};
use super::target::{self, TargetSettings};
use super::terms;
use crate::sandbox::Limits;
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeTable;
use whale_storage::capability::Terms;
use whale_storage::definition::Backend;
use whale_storage::diagnostic::{Diagnostics, Origin};
use whale_storage::name::{Name, NameFault};
use whale_storage::target::{Layout, TargetName};
use whale_storage::validate::Given;

/// What the file says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Config {
    /// Paths of plugins, with `*` and `?`, relative to the file.
    pub(crate) files: Vec<String>,
    /// By name of the plugin.
    pub(crate) plugins: BTreeMap<String, PluginSettings>,
    /// The targets that models share, and their versions.
    pub(crate) targets: BTreeMap<Backend, TargetSettings>,
    /// By name of the model.
    pub(crate) models: BTreeMap<Name, ModelSettings>,
    /// What bounds every grant.
    pub(crate) ceiling: Terms,
    /// Bounds on every guest.
    pub(crate) limits: Limits,
    /// What bounds those of single plugins.
    ceiling_limits: Named,
    /// The name of the deployment, which marks carry; none: it is made of each target's prefix.
    pub(crate) deployment: Option<Name>,
    /// Root of the storage tree, relative to the file, and where that stands.
    pub(crate) storage_root: Option<(String, Origin)>,
}

/// What one plugin is granted and given.
#[derive(Debug, Clone)]
pub(crate) struct PluginSettings {
    /// What it may do.
    pub(crate) terms: Terms,
    /// Codes of warnings that are not told of it.
    pub(crate) accept: BTreeSet<&'static str>,
    /// The model that it may belong to; none: any.
    pub(crate) model: Option<String>,
    /// Bounds on its calls that are its own.
    limits: Named,
    /// Values of its parameters, as they would be typed.
    pub(crate) parameters: BTreeMap<String, Given>,
    /// The table's place in the file.
    pub(crate) origin: Origin,
}

impl Config {
    /// Reads the text of a file of that name.
    pub(crate) fn parse(file: &str, source: &str) -> Result<Self, Diagnostics> {
        let mut reader = Reader::new(file, source);
        let (mut config, mut limits) = (Self::default(), Named::default());
        for (key, value) in reader.document().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "plugins" => config.plugins(&mut reader, &value, true),
                "targets" => config.targets = target::read_all(&mut reader, "targets", &value),
                "models" => config.models = models::read_all(&mut reader, &value),
                "ceiling" => (config.ceiling, config.ceiling_limits) = terms::ceiling(&mut reader, &value),
                "limits" => limits = Named::read(&mut reader, "limits", &value),
                "storage_root" => config.storage_root = storage_root(&mut reader, &value),
                "deployment" => config.deployment = deployment(&mut reader, &value),
                _ => reader.unknown(
                    "",
                    &key,
                    &["plugins", "ceiling", "targets", "models", "limits", "storage_root", "deployment"],
                ),
            }
        }
        config.bound_guests(&limits);
        if reader.found.errors() == 0 { Ok(config) } else { Err(by_line(&reader.found)) }
    }

    /// Takes grants from a file of that name that holds nothing else, in place of its own.
    pub(crate) fn take_grants(&mut self, file: &str, source: &str) -> Result<(), Diagnostics> {
        let mut reader = Reader::new(file, source);
        (self.plugins, self.ceiling, self.ceiling_limits) = Default::default();
        let mut limits = Named::default();
        for (key, value) in reader.document().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "plugins" => self.plugins(&mut reader, &value, false),
                "ceiling" => (self.ceiling, self.ceiling_limits) = terms::ceiling(&mut reader, &value),
                "limits" => limits = Named::read(&mut reader, "limits", &value),
                "targets" | "models" | "storage_root" | "deployment" => {
                    reader.misplaced("", &key, "a file of grants holds [plugins.NAME], [ceiling] and [limits]");
                }
                _ => reader.unknown("", &key, &["plugins", "ceiling", "limits"]),
            }
        }
        self.bound_guests(&limits);
        if reader.found.errors() == 0 { Ok(()) } else { Err(by_line(&reader.found)) }
    }

    fn bound_guests(&mut self, limits: &Named) {
        self.limits = self.ceiling_limits.above(&limits.over(&Limits::default()));
    }

    /// Bounds on a plugin that has some of its own.
    pub(crate) fn limits_of(&self, plugin: &str) -> Option<Limits> {
        let own = &self.plugins.get(plugin)?.limits;
        (!own.is_empty()).then(|| self.ceiling_limits.above(&own.over(&self.limits)))
    }

    fn plugins(&mut self, reader: &mut Reader<'_>, value: &Value<'_>, with_files: bool) {
        for (key, value) in reader.entries("plugins", value) {
            match key.get_ref().as_ref() {
                "files" if with_files => self.files = reader.texts("plugins.files", value).unwrap_or_default(),
                "files" => reader.misplaced("plugins", key, "a file of grants names no files"),
                name => {
                    let path = format!("plugins.{name}");
                    let origin = reader.origin(key.span());
                    self.plugins.insert(name.to_owned(), plugin(reader, &path, value, origin));
                }
            }
        }
    }

    /// How the targets are laid out. Known without any of their URLs.
    pub(crate) fn layout(&self) -> Layout {
        let mut layout = Layout { deployment: self.deployment.clone(), ..Layout::default() };
        for (target, settings) in self.all_targets() {
            if target.model.is_some() {
                layout.own.insert(target.clone());
            }
            if !settings.prefix.is_empty() {
                layout.prefixes.insert(target, settings.prefix.clone());
            }
        }
        layout
    }

    /// What is said of each target.
    pub(crate) fn all_targets(&self) -> impl Iterator<Item = (TargetName, &TargetSettings)> {
        let shared = self.targets.iter().map(|(backend, settings)| (TargetName::from(*backend), settings));
        let own = self.models.iter().flat_map(|(model, settings)| {
            settings.targets.iter().map(|(backend, target)| (TargetName::own(*backend, model.clone()), target))
        });
        shared.chain(own)
    }
}

/// Faults as they stand in the file; the parser gives tables by name.
fn by_line(found: &Diagnostics) -> Diagnostics {
    let mut faults: Vec<_> = found.iter().cloned().collect();
    faults.sort_by(|one, other| one.origin.cmp(&other.origin));
    let mut sorted = Diagnostics::default();
    for fault in faults {
        sorted.push(fault);
    }
    sorted
}

impl Reader<'_> {
    /// Entries of a table, none where the value is no table.
    pub(crate) fn entries<'v, 't>(
        &mut self,
        path: &str,
        value: &'v Value<'t>,
    ) -> impl Iterator<Item = (&'v Key<'t>, &'v Value<'t>)> + use<'v, 't> {
        self.table(path, value).into_iter().flat_map(DeTable::iter)
    }
}

fn plugin(reader: &mut Reader<'_>, path: &str, value: &Value<'_>, origin: Origin) -> PluginSettings {
    let (terms, limits) = (terms::unsaid(), Named::default());
    let (accept, parameters) = (BTreeSet::new(), BTreeMap::new());
    let mut settings = PluginSettings { terms, accept, model: None, limits, parameters, origin };
    for (key, value) in reader.entries(path, value) {
        let inner = format!("{path}.{}", key.get_ref());
        match key.get_ref().as_ref() {
            "model" => settings.model = reader.text(&inner, value),
            "accept" => settings.accept = terms::accept(reader, &inner, value),
            name if terms::KEYS.contains(&name) => terms::read(reader, &inner, name, value, &mut settings.terms),
            "limits" => settings.limits = Named::read_of_calls(reader, &inner, value),
            "parameters" => {
                for (name, value) in reader.entries(&inner, value) {
                    if let Some(text) = reader.parameter(&format!("{inner}.{}", name.get_ref()), value) {
                        let given = Given { text, origin: Some(reader.origin(value.span())) };
                        settings.parameters.insert(name.get_ref().to_string(), given);
                    }
                }
            }
            _ => reader.unknown(
                path,
                key,
                &[&["model", "accept", "limits", "parameters"], terms::KEYS.as_slice()].concat(),
            ),
        }
    }
    settings
}

fn deployment(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<Name> {
    let text = reader.text("deployment", value)?;
    let name = Name::checked(&text);
    if let Err(fault) = &name {
        let message = format!("`{text}` is no name of a deployment: {fault}");
        let help = match fault {
            NameFault::Empty => {
                "name it, or take the line out: then it is called after the prefix of each target, or main"
            }
            _ => fault.help(),
        };
        reader.unusable("deployment", value, message, Some(help.to_owned()));
    }
    name.ok()
}

fn storage_root(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<(String, Origin)> {
    let path = reader.text("storage_root", value)?;
    if path.is_empty() {
        reader.unusable("storage_root", value, "the root of the storage tree names no folder", None);
    }
    Some((path, reader.origin(value.span())))
}

#[cfg(test)]
mod tests {
    use super::super::source::UrlSource;
    use super::*;
    use whale_storage::capability::Size;

    fn faults(source: &str) -> Vec<String> {
        let Err(found) = Config::parse("whale.toml", source) else { return Vec::new() };
        found
            .iter()
            .map(|fault| {
                let line = fault.origin.as_ref().map_or(0, |origin| origin.line);
                format!("{} {line}: {} ({})", fault.code.id, fault.message, fault.help.as_deref().unwrap_or("-"))
            })
            .collect()
    }

    #[test]
    fn everything_has_its_place() {
        let config = Config::parse(
            "whale.toml",
            r#"
            storage_root = "data"
            [plugins]
            files = ["plugins/*.wasm"]
            [plugins.shared]
            namespaces = ["public", "default"]
            operations = []
            parameters = { embedding_dim = 768, deep = true, unit = "day" }
            [plugins.large.limits]
            items = 2_000_000
            fuel = 9_000_000_000
            [ceiling]
            max_columns = 40
            limits = { fuel = 5_000_000_000, call_ms = 1_000 }
            [targets.milvus]
            version = "2.5"
            url_env = "M"
            [limits]
            fuel = 3_000_000_000
            "#,
        )
        .unwrap();
        assert_eq!(config.files, ["plugins/*.wasm"]);
        let shared = &config.plugins["shared"];
        assert_eq!(shared.terms.namespaces.iter().flatten().collect::<Vec<_>>(), ["default", "public"]);
        assert_eq!(shared.terms.operations.iter().flatten().count(), 0);
        assert_eq!(config.ceiling.maxima.of(Size::Columns), Some(40));
        let dim = &shared.parameters["embedding_dim"];
        assert_eq!((dim.text.as_str(), dim.origin.as_ref().map(|origin| origin.line)), ("768", Some(8)));
        assert_eq!(config.targets[&Backend::Milvus].url, Some(UrlSource::Variable("M".to_owned())));
        assert_eq!((config.limits.fuel, config.limits.call_ms), (3_000_000_000, 1_000));
        let large = config.limits_of("large").unwrap();
        assert_eq!((large.items, large.fuel, large.call_ms), (2_000_000, 5_000_000_000, 1_000));
        assert_eq!(large.file, config.limits.file);
        assert!(config.limits_of("shared").is_none(), "it has none of its own");
        assert_eq!(config.storage_root.map(|(path, origin)| (path, origin.line)), Some(("data".to_owned(), 2)));
    }

    #[test]
    fn unknown_keys_are_errors_with_their_lines_and_the_nearest_name() {
        assert_eq!(
            faults(
                "[plugin]\n[plugins.a]\nnamespace = []\n[targets.mysql]\n[limits]\nfuell = 1\n[plugins.b.limits]\nfile = 1\n"
            ),
            [
                "WH0003 1: `plugin` is not a key here (did you mean `plugins`?)",
                "WH0003 3: `namespace` is not a key in [plugins.a] (did you mean `namespaces`?)",
                "WH0003 4: `mysql` is not a key in [targets] (known keys: timescaledb, clickhouse, milvus)",
                "WH0003 6: `fuell` is not a key in [limits] (did you mean `fuel`?)",
                "WH0003 8: `file` is not a key in [plugins.b.limits] (known keys: memory, table_elements, instances, tables, fuel, call_ms, returned, items, nesting, text, canonical)",
            ]
        );
    }

    #[test]
    fn namespaces_are_exact_names_and_a_deployment_has_one() {
        for name in ["*", "", "a*", "Public", "a.b"] {
            let found = faults(&format!("[plugins.a]\nnamespaces = [\"public\", {name:?}]\n"));
            assert!(found.len() == 1 && found[0].starts_with("WH0005 2: "), "{name}: {found:?}");
            assert_eq!(faults(&format!("[ceiling]\nnamespaces = [{name:?}]\n")).len(), 1, "{name}");
        }
        assert_eq!(faults("[plugins.a]\nnamespaces = []\n"), [""; 0]);
        let config =
            Config::parse("whale.toml", "deployment = \"berlin\"\n[targets.milvus]\nprefix = \"s_\"\n").unwrap();
        assert_eq!(config.layout().deployment(&Backend::Milvus.into()).name, "berlin");
        assert_eq!(faults("deployment = \"Ber lin\"\n").len(), 1);
    }

    #[test]
    fn a_file_of_grants_holds_grants_and_nothing_else() {
        let mut config =
            Config::parse("whale.toml", "[plugins]\nfiles = [\"a\"]\n[plugins.b]\n[limits]\nfuel = 9\n").unwrap();
        config.take_grants("g.toml", "[plugins.c]\nmodel = \"d\"\nengines = []\n[ceiling]\nmax_objects = 1\n").unwrap();
        assert_eq!(config.files, ["a"], "files are the settings' own");
        assert_eq!(config.plugins.keys().collect::<Vec<_>>(), ["c"]);
        assert_eq!(config.plugins["c"].model.as_deref(), Some("d"));
        assert_eq!(config.plugins["c"].terms.engines, Some([].into()));
        assert_eq!(config.limits, Limits::default());
        let refused = |source: &str| {
            let found = Config::default().take_grants("g.toml", source).unwrap_err();
            found.iter().map(|fault| fault.code.id).collect::<Vec<_>>()
        };
        assert_eq!(refused("[targets.milvus]\n[plugin.a]\n[plugins]\nfiles = []\n"), ["WH0003"; 3]);
        assert_eq!(refused("[plugins.a]\nengines = [\"mysql\"]\noperations = [\"drop\"]\n"), ["WH0005"; 2]);
        assert_eq!(
            refused("[ceiling]\nmax_colums = 1\nmax_objects = -1\nparameters = {}\n"),
            ["WH0003", "WH0004", "WH0003"]
        );
    }

    #[test]
    fn wrong_types_are_errors() {
        assert_eq!(
            faults("plugins = [\"a\"]\n[targets.milvus]\nversion = 2.3\n[limits]\nfuel = -1\n"),
            [
                "WH0004 1: `plugins` takes a table, and this is a list (-)",
                "WH0004 3: `targets.milvus.version` takes text in quotes, and this is a number with a fraction (-)",
                "WH0004 5: `limits.fuel` takes a whole number from 0, and this is below 0 or too large (-)",
            ]
        );
    }

    #[test]
    fn values_that_cannot_be_meant_are_errors() {
        let found = faults(
            "[targets.milvus]\nurl = \"http://root:secret@h:1\"\nversion = \"1.0\"\n[targets.clickhouse]\nurl = \"http://h\"\nurl_env = \"C\"\nconnect_timeout = 0\n[limits]\nfuel = 0\nmemory = 999999999999\n",
        );
        assert_eq!(found.len(), 6, "{found:#?}");
        assert!(found.iter().all(|fault| fault.starts_with("WH0005") && !fault.contains("secret")), "{found:#?}");
    }

    #[test]
    fn a_model_may_have_targets_of_its_own_and_a_target_a_prefix() {
        let config = Config::parse(
            "whale.toml",
            "[targets.milvus]\nprefix = \"staging_\"\n[models.legal.targets.milvus]\nurl_env = \"L\"\nprefix = \"court_\"\n",
        )
        .unwrap();
        let layout = config.layout();
        let names: Vec<String> = config.all_targets().map(|(target, _)| target.to_string()).collect();
        assert_eq!(names, ["milvus", "milvus@legal"]);
        assert_eq!(layout.prefixes_of(&Name::from_server("legal"))[&Backend::Milvus], "court_");
        assert_eq!(layout.prefixes_of(&Name::from_server("medical"))[&Backend::Milvus], "staging_");
    }

    #[test]
    fn targets_of_models_are_judged_with_their_lines() {
        assert_eq!(
            faults(
                "[models.Legal]\n[models.legal]\ntarget = 1\n[models.legal.targets.milvus]\nversion = \"2.3\"\n[targets.milvus]\nprefix = \"Staging\"\n[targets.timescaledb]\nprefix = \"pg_\"\n"
            ),
            [
                "WH0005 1: `Legal` is no name of a model: the name has 'L' at character 1 (use lower-case letters, digits and `_`, and no digit first)",
                "WH0003 3: `target` is not a key in [models.legal] (did you mean `targets`?)",
                "WH0005 4: a target of a model's own needs a URL (add one of url, url_env, url_file and url_command)",
                "WH0005 7: this prefix cannot begin the name of a namespace: the name has 'S' at character 1 (a prefix has lower-case letters, digits and `_`, no digit first, and at most 24 bytes)",
                "WH0005 9: this prefix cannot begin the name of a namespace: PostgreSQL keeps schemas that begin with `pg_` (a prefix has lower-case letters, digits and `_`, no digit first, and at most 24 bytes)",
            ]
        );
    }

    #[test]
    fn what_is_not_toml_is_one_error_with_its_line() {
        let found = faults("[plugins]\nfiles = [\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("WH0002 "), "{found:?}");
    }
}
