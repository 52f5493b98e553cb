//! What `setup roles` made, or would make.

use super::super::RolesView;
use super::super::page::Page;
use super::super::style::Tone;

pub(super) fn roles(page: &mut Page, view: &RolesView) {
    for (target, user) in &view.users {
        let line = super::target(page, Tone::Bold, target);
        drop(line.paint(Tone::Bold, format_args!(" at {}: the user {}", user.place, user.user)));
        for statement in &user.statements {
            page.line("  > ", statement);
        }
    }
    if view.pretended {
        page.line("nothing was sent; without --dry-run it is", "");
        return;
    }
    if !view.users.is_empty() {
        page.blank();
        page.line("in whale.toml, in the place of the administrator's URLs:", "");
    }
    for (target, user) in &view.users {
        let table = target.model.as_ref().map_or_else(
            || format!("targets.{}", target.backend),
            |model| format!("models.{model}.targets.{}", target.backend),
        );
        page.line("[", format_args!("{table}]"));
        page.line("url_file = ", format_args!("\"{}\"", user.file));
    }
}
