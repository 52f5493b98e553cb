//! `chat_messages`: messages of chats.

use whale_plugin::timescaledb::{Action, Column, ForeignKey, Index, Table, asc, ty};

pub(crate) fn table() -> Table {
    Table::new("chat_messages")
        .namespace("public")
        .comment("messages of chats")
        .column(Column::new("id", ty::integer()).identity())
        .column(Column::new("chat_id", ty::integer()))
        .column(Column::new("role", ty::varchar(50)).comment("user, assistant or system"))
        .column(Column::new("content", ty::text()))
        .column(Column::new("created_at", ty::timestamptz()).default("now()"))
        .column(Column::new("tokens_used", ty::integer()).nullable())
        .column(Column::new("metadata", ty::jsonb()).nullable())
        .primary_key(["id"])
        .foreign_key(ForeignKey::new("chat_id", "chats", "id").on_delete(Action::Cascade))
        .index(Index::on([asc("chat_id"), asc("created_at")]))
}
