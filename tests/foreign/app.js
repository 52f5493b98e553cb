// A plugin in JavaScript: one table, as small as the contract allows. Names and order are those of `wit/model.wit`.

const column = (name, dataType) => ({
  header: { name, was: [], comment: "" },
  dataType,
  nullable: false,
  value: { tag: "empty" },
});

export const plugin = {
  describe() {
    return {
      name: "javascript",
      version: "0.1.0",
      model: "javascript",
      summary: "a plugin in JavaScript",
      parameters: [],
      requests: { databases: ["timescaledb"], namespaces: [], operations: ["create", "alter"] },
    };
  },

  define(given) {
    if (given.length > 0) {
      throw [{ path: "arguments", message: "this plugin takes none" }];
    }
    const notes = {
      header: { id: "notes", name: "notes", comment: "made by JavaScript" },
      columns: [column("id", "bigint"), column("body", "text")],
      primaryKey: { columns: ["id"] },
      uniques: [],
      foreignKeys: [],
      checks: [],
      indexes: [],
    };
    return {
      timescaledb: { tables: [notes], aggregates: [] },
      clickhouse: { tables: [], materializedViews: [] },
      milvus: [],
    };
  },
};
