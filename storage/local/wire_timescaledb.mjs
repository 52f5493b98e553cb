// The messages of the PostgreSQL protocol that the front itself writes and reads. Pure: bytes in, bytes out.

/** One backend message: type, length, body. */
export function frame(type, body = Buffer.alloc(0)) {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (...strings) => Buffer.from(strings.map((s) => `${s}\0`).join(''), 'utf8')
const int32 = (...values) => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index))
  return bytes
}

/** AuthenticationCleartextPassword: enough over loopback, and every client has it. */
export const AUTHENTICATE = frame('R', int32(3))
export const authenticationOk = frame('R', int32(0))
export const READY = frame('Z', Buffer.from('I'))
/** Cancelling is not to be had (one thread runs the statement and the front), so the key says nothing. */
export const backendKey = frame('K', int32(process.pid, 0))
export const parameterStatus = ([name, value]) => frame('S', text(name, value))
export const query = (sql) => frame('Q', text(sql))
export const SYNC = frame('S')

/** An ErrorResponse. */
export function errorResponse(severity, code, message, detail) {
  const parts = [`S${severity}`, `V${severity}`, `C${code}`, `M${message}`]
  if (detail) parts.push(`D${detail}`)
  return frame('E', Buffer.concat([text(...parts), Buffer.from([0])]))
}

/** An ErrorResponse after which the caller closes the connection. */
export const FATAL = (code, message, detail) => errorResponse('FATAL', code, message, detail)

/** The name and value pairs of a startup packet. */
export function startupParameters(body) {
  const parts = body.toString('utf8').split('\0')
  const parameters = {}
  for (let i = 0; i + 1 < parts.length && parts[i]; i += 2) parameters[parts[i]] = parts[i + 1]
  return parameters
}

/** The settings a client asks for at startup: plain parameters, and `-c name=value` or `--name=value` in `options`. */
export function startupSettings(parameters) {
  const settings = []
  const reserved = new Set(['user', 'database', 'options', 'replication'])
  const words = (parameters.options ?? '').match(/(?:\\.|[^\s\\])+/g) ?? []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] === '-c' ? `--${words[++i] ?? ''}` : words[i].replace(/^-c/, '--')
    const match = /^--([^=]+)=(.*)$/s.exec(word.replace(/\\(.)/gs, '$1'))
    if (match) settings.push([match[1].replaceAll('-', '_'), match[2]])
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (!reserved.has(name) && !name.startsWith('_pq_.')) settings.push([name, value])
  }
  return settings
}

/** Splits what the backend wrote into messages: [type, whole message]. */
export function* messages(bytes) {
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readInt32BE(at + 1) + 1
    yield [String.fromCharCode(bytes[at]), bytes.subarray(at, at + length)]
    at += length
  }
}

/** The fields of an ErrorResponse or NoticeResponse by their letter. */
export function fields(message) {
  const out = {}
  for (const part of message.subarray(5).toString('utf8').split('\0')) if (part) out[part[0]] = part.slice(1)
  return out
}

// What kills the engine (it has no client to read rows from) or hangs it (it has no other process to copy files).
const LETHAL = [
  [/(?:^|;)\s*copy\b[^;]*\bfrom\s+stdin\b/i, 'COPY FROM STDIN'],
  [/(?:^|;)\s*create\s+database\b/i, 'CREATE DATABASE'],
]

/** The name of a statement in a Query or Parse message that the engine would not survive, or null. */
export function lethal(message) {
  if (message[0] !== 0x50 && message[0] !== 0x51) return null
  const body = message.subarray(5).toString('utf8')
  const sql = message[0] === 0x50 ? body.slice(body.indexOf('\0') + 1) : body
  if (!/stdin|database/i.test(sql)) return null
  const bare = sql.replace(
    /(--[^\n]*|\/\*[\s\S]*?\*\/)|\$(\w*)\$[\s\S]*?\$\2\$|[eE]'(?:\\.|''|[^'\\])*'|'(?:''|[^'])*'|"(?:""|[^"])*"/g,
    (_, comment) => (comment ? ' ' : ' x '),
  )
  return LETHAL.find(([pattern]) => pattern.test(bare))?.[1] ?? null
}
