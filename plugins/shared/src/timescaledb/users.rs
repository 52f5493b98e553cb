//! `users`: users of the platform.

use whale_plugin::timescaledb::{Column, Table, ty};

pub(crate) fn table() -> Table {
    Table::new("users")
        .namespace("public")
        .comment("users of the platform")
        .column(Column::new("id", ty::integer()).identity())
        .column(Column::new("username", ty::varchar(100)))
        .column(Column::new("email", ty::varchar(255)))
        .column(Column::new("password_hash", ty::varchar(255)))
        .column(Column::new("full_name", ty::varchar(255)).nullable())
        .column(Column::new("profile_picture", ty::varchar(255)).nullable())
        .column(Column::new("bio", ty::text()).nullable())
        .column(Column::new("created_at", ty::timestamptz()).default("now()"))
        .column(Column::new("updated_at", ty::timestamptz()).default("now()"))
        .column(Column::new("last_login_at", ty::timestamptz()).nullable())
        .column(Column::new("is_active", ty::boolean()).nullable().default("true"))
        .column(Column::new("is_admin", ty::boolean()).nullable().default("false"))
        .primary_key(["id"])
        .unique(["username"])
        .unique(["email"])
}
