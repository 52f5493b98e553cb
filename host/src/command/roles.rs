//! `setup roles`: on each target the user under which the host is to work, with the rights that the plugins at hand need,
//! made by an administrator whose URL the target has now.
//!
//! The new URL goes into a file that only we can read, before anything is sent: a run that is killed is repeated with the
//! same password.

use super::targets::{self, Prepared};
use crate::cli::RoleOptions;
use crate::exit::{Ending, Exit, Failure, Trouble};
use crate::render::{Output, RolesView, UserView};
use crate::settings::Settings;
use crate::settings::targets::Target;
use crate::text;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use url::Url;
use whale_storage::backend::host_user::HostUser;
use whale_storage::backend::{EngineError, FailureKind};
use whale_storage::catalog::hex;
use whale_storage::definition::Backend;
use whale_storage::desire::Desire;
use whale_storage::diagnostic::{Diagnostic, Diagnostics, codes};
use whale_storage::name::{Name, Place, reserved};
use whale_storage::target::TargetName;

/// Longest file with a URL.
const MOST_BYTES: u64 = 64 * 1024;

/// Random bytes of a password.
const PASSWORD: usize = 24;

/// Makes the users.
pub(super) fn run(settings: &Settings, options: &RoleOptions) -> Result<Ending, Failure> {
    let selection = options.selection();
    let name = checked(&options.name)?;
    let Prepared { desire, targets, .. } = targets::prepare(settings, &selection)?;
    let needed = desire.needed();
    let addresses = targets.addresses(&needed).map_err(Failure::Refused)?;
    let folder = options.secrets.clone().unwrap_or_else(|| settings.beside_config(Path::new("secrets")));
    let (mut paths, mut fresh) = (BTreeMap::new(), BTreeSet::new());
    let mut users = BTreeMap::new();
    let mut views = BTreeMap::new();
    for target in addresses.keys() {
        let Some(at) = targets.by.get(target) else { continue };
        let prefix = settings.config.layout().prefix(target).to_owned();
        let user = checked(&format!("{prefix}{name}"))?;
        let path = folder.join(format!("{}.url", target.to_string().replace('@', "-")));
        let password = if options.dry_run { String::new() } else { password(settings, &path, at, &user, &mut fresh)? };
        paths.insert(target.clone(), path.clone());
        let file = text::shown(&path.display().to_string());
        views
            .insert(target.clone(), UserView { user: user.clone(), place: at.place.clone(), file, statements: vec![] });
        users.insert(target.clone(), HostUser::new(user, password));
    }
    let failed = targets::block(make(&targets, desire, &users, &mut views, options.dry_run))?;
    for (target, failure) in &failed {
        // A user that may have been made keeps its password for the next run.
        let unused = failure.kind != FailureKind::InDoubt && !matches!(failure.backend, Backend::Milvus);
        if let Some(path) = paths.get(target).filter(|path| unused && fresh.contains(*path)) {
            settings.files.remove(path).map_err(|error| unwritable(&path.display().to_string(), &error))?;
        }
    }
    let troubles: Vec<Trouble> = failed.into_iter().map(Trouble::from).collect();
    let exit = if troubles.is_empty() { Exit::Done } else { Exit::Failed };
    let output = Output::Roles(RolesView { users: views, pretended: options.dry_run });
    Ok(Ending { troubles, ..Ending::new(exit, output, Diagnostics::default()) })
}

async fn make(
    targets: &crate::settings::targets::Targets,
    desire: Desire,
    users: &BTreeMap<TargetName, HostUser>,
    views: &mut BTreeMap<TargetName, UserView>,
    pretend: bool,
) -> Result<Vec<(TargetName, EngineError)>, Failure> {
    let mut session = targets::open(targets, &users.keys().cloned().collect()).await?;
    let mut failed = Vec::new();
    for (target, made) in session.make_users(&desire, users, pretend).await {
        match made {
            Ok(statements) => {
                if let Some(view) = views.get_mut(&target) {
                    view.statements = statements;
                }
            }
            Err(failure) => {
                views.remove(&target);
                failed.push((target, failure));
            }
        }
    }
    session.close().await;
    Ok(failed)
}

fn checked(name: &str) -> Result<Name, Failure> {
    let wrong = |why: String| {
        let trouble = Trouble::new("usage", format!("{:?} cannot be a user's name: {why}", text::shown(name)));
        Failure::Usage(trouble.hint("names are [a-z_][a-z0-9_]*, at most 63 bytes"))
    };
    let checked = Name::checked(name).map_err(|fault| wrong(fault.diagnostic("--name").message))?;
    let kept = Backend::ALL.into_iter().find_map(|backend| reserved(backend, Place::Object, &checked));
    match kept {
        // A model's role has this beginning, and a model may be called whatever comes after it.
        _ if name.starts_with("whale_") => Err(wrong("roles of models begin with whale_".to_owned())),
        Some(why) => Err(wrong(why.to_owned())),
        None => Ok(checked),
    }
}

/// The password in the file, or a new one, which is written there first.
fn password(
    settings: &Settings,
    path: &Path,
    target: &Target,
    user: &Name,
    fresh: &mut BTreeSet<PathBuf>,
) -> Result<String, Failure> {
    let shown = text::shown(&path.display().to_string());
    match settings.files.read_text(path, MOST_BYTES) {
        Ok(text) => Url::parse(text.trim())
            .ok()
            .filter(|url| url.username() == user.as_str())
            .and_then(|url| in_url(&url))
            .ok_or_else(|| {
                let message = format!("{shown} is there, and holds no URL of the user {user} with a password");
                let fault = Diagnostic::error(codes::settings::SECRET_FILE, &shown, message);
                fault.help("name another folder with --secrets, or remove the file").into()
            }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let password = random().map_err(|error| unwritable(&shown, &error))?;
            let url = with_user(target, user, &password).ok_or_else(|| {
                let trouble = Trouble::new("address", format!("the URL of {} takes no user", target.place));
                Failure::World(vec![trouble])
            })?;
            let parent = path.parent().map(Path::to_path_buf).unwrap_or_default();
            let written = settings
                .files
                .own_folder(&parent)
                .and_then(|_| settings.files.create_private(path, format!("{url}\n").as_bytes()));
            written.map_err(|error| unwritable(&shown, &error))?;
            fresh.insert(path.to_path_buf());
            Ok(password)
        }
        Err(error) => Err(unwritable(&shown, &error)),
    }
}

fn in_url(url: &Url) -> Option<String> {
    let password = percent_encoding::percent_decode_str(url.password()?).decode_utf8().ok()?;
    Some(password.into_owned()).filter(|password| !password.is_empty())
}

fn with_user(target: &Target, user: &Name, password: &str) -> Option<Url> {
    let mut url = Url::parse(&target.address.url).ok()?;
    url.set_username(user.as_str()).ok()?;
    url.set_password(Some(password)).ok()?;
    Some(url)
}

fn random() -> io::Result<String> {
    let mut bytes = [0; PASSWORD];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn unwritable(shown: &str, error: &io::Error) -> Failure {
    let trouble = Trouble::new("file", format!("writing {shown}")).because(error);
    Failure::World(vec![trouble.hint("name a folder that can be written with --secrets; nothing was sent")])
}
