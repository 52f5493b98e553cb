//! `chats`: chats of users with models.

use whale_plugin::timescaledb::{Action, Column, ForeignKey, Index, Table, asc, desc, ty};

pub(crate) fn table() -> Table {
    Table::new("chats")
        .namespace("public")
        .comment("chats of users with models")
        .column(Column::new("id", ty::integer()).identity())
        .column(Column::new("user_id", ty::integer()))
        .column(Column::new("title", ty::varchar(255)).nullable())
        .column(Column::new("created_at", ty::timestamptz()).default("now()"))
        .column(Column::new("updated_at", ty::timestamptz()).default("now()"))
        .column(Column::new("is_archived", ty::boolean()).nullable().default("false"))
        .column(Column::new("settings", ty::jsonb()).nullable())
        .primary_key(["id"])
        .foreign_key(ForeignKey::new("user_id", "users", "id").on_delete(Action::Cascade))
        .index(Index::on([asc("user_id"), desc("updated_at")]))
}
