//! What `setup roles` made, or would make.

use super::super::RolesView;
use super::super::style::{Style, Tone};
use std::fmt::Write as _;

pub(super) fn roles(view: &RolesView, style: Style) -> String {
    let mut text = String::new();
    for (target, user) in &view.users {
        let title = format!("{} at {}: the user {}", target.title(), user.place, user.user);
        let _ = writeln!(text, "{}", style.paint(Tone::Bold, &title));
        for statement in &user.statements {
            let _ = writeln!(text, "  {statement}");
        }
    }
    if view.pretended {
        let _ = writeln!(text, "nothing was sent; without --dry-run it is");
        return text;
    }
    if !view.users.is_empty() {
        let _ = writeln!(text, "\nin whale.toml, in the place of the administrator's URLs:");
    }
    for (target, user) in &view.users {
        let table = target.model.as_ref().map_or_else(
            || format!("targets.{}", target.backend),
            |model| format!("models.{model}.targets.{}", target.backend),
        );
        let _ = writeln!(text, "[{table}]\nurl_file = \"{}\"", user.file);
    }
    text
}
