// The PostgreSQL wire protocol in front of PGlite with the timescaledb extension.
//
// PGlite is one backend: it has one session, and whatever a client leaves there meets the next one. This front
// therefore holds to three things:
//   - one client at a time has the backend; the others wait in order, with a limit, and are then told why;
//   - nothing of a client outlives it: its transaction, statements, role, settings and advisory locks end when its
//     socket does, before the next client is let in, however the socket ended;
//   - nobody reaches the backend without the password.
// It listens on loopback only and speaks without TLS.

import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { Backend } from './backend_timescaledb.mjs'
import {
  AUTHENTICATE,
  FATAL,
  READY,
  authenticationOk,
  backendKey,
  parameterStatus,
  startupParameters,
} from './wire_timescaledb.mjs'

const [, , portText, dataDir, credentials, modules] = process.argv
const HOST = '127.0.0.1'
const LOGIN_MS = 10_000
const QUEUE_MS = Number(process.env.WHALE_TIMESCALEDB_QUEUE_MS ?? 30_000)
const MAX_MESSAGE = 256 * 1024 * 1024

const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
const PROTOCOL_3 = 3

const password = JSON.parse(readFileSync(credentials, 'utf8')).timescaledb
const digest = (text) => createHash('sha256').update(text).digest()
const expected = digest(password)

const engine = pathToFileURL(`${modules}/`)
let backend = await Backend.open(engine, dataDir)
const queue = []
let active = null
let closing = false

/** Lets the first waiting client in, if nobody is. */
function next() {
  if (closing || active || queue.length === 0) return
  active = queue.shift()
  clearTimeout(active.timer)
  active.serve().catch((error) => {
    console.error('the engine does not open again:', error)
    process.exit(1)
  })
}

class Client {
  constructor(socket) {
    this.socket = socket
    this.input = Buffer.alloc(0)
    this.phase = 'startup'
    this.gone = false
    this.wake = () => {}
    this.timer = setTimeout(() => this.refuse('08P01', 'no login within 10 s'), LOGIN_MS)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 10_000)
    socket.on('data', (chunk) => this.receive(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.leave())
    // A client that has half closed gets no more answers than its last message asks for.
    socket.on('end', () => this.leave())
  }

  receive(chunk) {
    this.input = this.input.length ? Buffer.concat([this.input, chunk]) : chunk
    if (this.phase === 'startup' || this.phase === 'password') this.login()
    this.wake()
    // While a statement runs the event loop stands still, so only a client that waits in the queue can flood us.
    if (this.phase === 'waiting' && this.input.length > 65536) this.socket.pause()
  }

  leave() {
    if (this.gone) return
    this.gone = true
    clearTimeout(this.timer)
    const index = queue.indexOf(this)
    if (index >= 0) queue.splice(index, 1)
    this.wake()
  }

  refuse(code, message, detail) {
    this.socket.end(FATAL(code, message, detail))
    this.socket.destroySoon()
    this.leave()
  }

  /** Startup, TLS refusal, cancel, password: everything before the backend is needed. */
  login() {
    while (this.phase === 'startup' && this.input.length >= 8) {
      const length = this.input.readInt32BE(0)
      if (length < 8 || length > 10_000) return this.refuse('08P01', 'invalid startup packet')
      if (this.input.length < length) return
      const code = this.input.readInt32BE(4)
      const body = this.input.subarray(8, length)
      this.input = this.input.subarray(length)
      if (code === SSL_REQUEST || code === GSS_REQUEST) {
        this.socket.write('N')
        continue
      }
      if (code === CANCEL_REQUEST) return this.socket.destroy()
      if (code >>> 16 !== PROTOCOL_3) return this.refuse('0A000', 'unsupported frontend protocol')
      this.parameters = startupParameters(body)
      this.phase = 'password'
      this.socket.write(AUTHENTICATE)
    }
    if (this.phase !== 'password') return
    const message = this.take()
    if (!message) return
    const { user = '', database = user } = this.parameters
    const given = message.subarray(5, message.length - 1)
    if (message[0] !== 0x70 || !timingSafeEqual(digest(given), expected) || user !== 'postgres') {
      return this.refuse('28P01', `password authentication failed for user "${user}"`)
    }
    if (database !== 'template1') {
      return this.refuse('3D000', `database "${database}" does not exist`, 'The local engine has template1.')
    }
    clearTimeout(this.timer)
    this.phase = 'waiting'
    this.timer = setTimeout(() => {
      this.refuse('53300', 'too many connections: the local engine serves one connection at a time',
        `It is held by "${active?.parameters.application_name ?? ''}"; waited ${QUEUE_MS / 1000} s for it.`)
    }, QUEUE_MS)
    queue.push(this)
    next()
  }

  /** The next whole message, or null. */
  take() {
    if (this.input.length < 5) return null
    const length = this.input.readInt32BE(1) + 1
    if (length < 5 || length > MAX_MESSAGE) {
      this.refuse('08P01', 'invalid message length')
      return null
    }
    if (this.input.length < length) return null
    const message = this.input.subarray(0, length)
    this.input = this.input.subarray(length)
    return message
  }

  async message() {
    for (;;) {
      if (this.gone) return null
      const message = this.take()
      if (message) return message
      await new Promise((resolve) => { this.wake = resolve })
    }
  }

  async write(bytes) {
    if (this.gone || bytes.length === 0 || this.socket.write(bytes)) return
    await new Promise((resolve) => {
      this.socket.once('drain', resolve)
      this.wake = resolve
    })
  }

  async serve() {
    this.phase = 'serving'
    this.socket.resume()
    try {
      const refused = await backend.begin(this.parameters)
      if (refused) return this.socket.end(refused), await backend.end()
      const told = backend.parameters().map(parameterStatus)
      await this.write(Buffer.concat([authenticationOk, ...told, backendKey, READY]))
      let batch = []
      for (;;) {
        const message = await this.message()
        if (!message) break
        const type = String.fromCharCode(message[0])
        if (type === 'X') break
        batch.push(message)
        // Parse, Bind, Describe, Execute and Close are answered together, at Sync or Flush.
        if ('PBDEC'.includes(type)) continue
        await this.write(await backend.exchange(batch))
        batch = []
      }
      await backend.end()
    } catch (error) {
      if (closing) return
      console.error('the engine crashed and is opened again:', error)
      this.refuse('57P02', 'the local engine crashed on this statement and starts again')
      backend = await Backend.open(engine, dataDir)
    } finally {
      this.socket.end()
      this.leave()
      active = null
      setImmediate(next)
    }
  }
}

const server = createServer({ allowHalfOpen: true }, (socket) => new Client(socket))
server.on('error', (error) => {
  console.error(`cannot listen on ${HOST}:${portText}: ${error.message}`)
  process.exit(1)
})
server.listen(Number(portText), HOST, () => console.log(`listening on ${HOST}:${portText}`))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, async () => {
    closing = true
    server.close()
    active?.socket.destroy()
    for (const client of queue) client.refuse('57P01', 'the local engine is shutting down')
    await backend.close()
    process.exit(0)
  })
}
