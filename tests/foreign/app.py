"""A plugin in Python: one table, as small as the contract allows. Names and order are those of `wit/model.wit`."""

import wit_world.exports
from componentize_py_types import Err
from wit_world.exports import plugin


class Plugin(wit_world.exports.Plugin):
    def describe(self):
        requests = plugin.CapabilityRequest(
            [plugin.Database.TIMESCALEDB], [], [plugin.Operation.CREATE, plugin.Operation.ALTER]
        )
        return plugin.PluginInfo("python", "0.1.0", "python", "a plugin in Python", [], requests)

    def define(self, arguments):
        if arguments:
            raise Err([plugin.Problem("arguments", "this plugin takes none", None)])
        column = lambda name, kind: plugin.PgColumn(
            plugin.ColumnHeader(name, [], ""), kind, False, plugin.PgColumnValue_Empty()
        )
        table = plugin.PgTable(
            header=plugin.Header("notes", None, "notes", "made by Python", None),
            columns=[column("id", "bigint"), column("body", "text")],
            primary_key=plugin.PgKey(None, ["id"]),
            uniques=[],
            foreign_keys=[],
            checks=[],
            indexes=[],
            hypertable=None,
            columnstore=None,
        )
        return plugin.ModelDefinition(
            plugin.TimescaledbObjects([table], []), plugin.ClickhouseObjects([], []), []
        )
