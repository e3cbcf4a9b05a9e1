#!/usr/bin/env node
// An intake that keeps nothing: takes batches as sitecert-issuerd does, believes only signatures that another
// implementation verifies, and makes results up: a row that holds "refuse" is refused. Prints "listening ADDRESS".
// Usage: node stub_intake.mjs LISTEN KEYID PUB.pem [FAULT]…     LISTEN is a port (0: any) or unix:PATH
// Faults, each met once and in this order: hang-up (after the batch is taken), 429, 503, cut (an answer cut off), slow.
import assert from 'node:assert/strict'
import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import hms from 'http-message-signatures'

const [listen, keyid, pemPath, ...faults] = process.argv.slice(2)
const publicKey = createPublicKey(readFileSync(pemPath))
const alg = publicKey.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'ecdsa-p256-sha256'
const verifier = { id: keyid, algs: [alg], verify: hms.createVerifier(publicKey, alg) }
const base = listen.startsWith('unix:') ? 'http://localhost' : null

const batches = new Map() // by Idempotency-Key
const nonces = new Set()
const seen = { posts: 0, replays: 0, rows: 0 }

function problem(res, status, code, headers = {}) {
  res.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
  res.end(JSON.stringify({ type: `urn:sitecert:problem:${code}`, title: code, status }))
}

async function check(req, body) {
  const url = `${base ?? `http://127.0.0.1:${server.address().port}`}${req.url}`
  const fields = ['@method', '@target-uri', ...(body ? ['content-digest', 'content-type', 'idempotency-key'] : [])]
  const config = {
    keyLookup: async ({ keyid: id, tag, nonce }) => {
      assert.equal(tag, 'sitecert-intake')
      assert.ok(!nonces.has(nonce), 'a nonce comes twice')
      nonces.add(nonce)
      return id === keyid ? verifier : null
    },
    requiredFields: fields,
    requiredParams: ['created', 'nonce', 'keyid', 'tag'],
    maxAge: 300,
    all: true,
  }
  assert.equal(await hms.httpbis.verifyMessage(config, { method: req.method, url, headers: req.headers }), true)
  if (body) assert.equal(req.headers['content-digest'], `sha-256=:${createHash('sha256').update(body).digest('base64')}:`)
}

function rowsOf(type, body) {
  const lines = body.toString('utf8').split(/\r?\n/).filter((line) => line.trim())
  return type.startsWith('text/csv') ? lines.slice(1).map((line) => ({ line, id: line.split(',')[0] })) : lines.map((line) => ({ line, id: JSON.parse(line).record_id }))
}

function resultOf({ line, id }, i) {
  const refused = line.includes('refuse')
  const reasons = refused ? [{ code: 'score_too_low', field: 'score', text: '成绩低于六成' }] : []
  return JSON.stringify({ row: i + 1, record_id: id, outcome: refused ? 'refused' : 'recorded', number: null, version: null, reasons })
}

function take(req, body) {
  const key = req.headers['idempotency-key']
  const old = batches.get(key)
  if (old) {
    assert.ok(old.body.equals(body), 'another body under this key')
    seen.replays++
    return old
  }
  const rows = rowsOf(req.headers['content-type'], body)
  const batch = { id: createHash('sha256').update(key).digest('hex').slice(0, 16), body, asked: 0, results: rows.map(resultOf) }
  batches.set(key, batch)
  seen.posts++
  seen.rows += rows.length
  return batch
}

function post(req, res, body) {
  const fault = faults[0]
  if (fault === '429' || fault === '503') {
    faults.shift()
    return problem(res, Number(fault), fault === '429' ? 'queue_full' : 'not_ready', fault === '429' ? { 'retry-after': '1' } : {})
  }
  const batch = take(req, body)
  if (fault === 'hang-up') {
    faults.shift()
    return req.socket.destroy()
  }
  res.writeHead(202, { 'content-type': 'application/json', location: `/v1/batches/${batch.id}` })
  res.end(JSON.stringify({ id: batch.id, state: 'queued', error: null }))
}

function get(req, res) {
  const [, , , id, results] = req.url.split('/')
  const batch = [...batches.values()].find((b) => b.id === id)
  if (!batch) return problem(res, 404, 'not_found')
  if (results === undefined) {
    const slow = faults[0] === 'slow'
    if (slow) faults.shift()
    res.writeHead(200, { 'content-type': 'application/json' })
    return res.end(JSON.stringify({ id, state: slow ? 'working' : 'done', error: null }))
  }
  const text = batch.results.map((line) => `${line}\n`).join('')
  res.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(text) })
  if (faults[0] !== 'cut') return res.end(text)
  faults.shift()
  res.write(text.slice(0, text.length / 2), () => req.socket.destroy())
}

async function answer(req, res) {
  const parts = []
  for await (const part of req) parts.push(part)
  const body = req.method === 'POST' ? Buffer.concat(parts) : null
  try {
    await check(req, body)
  } catch (e) {
    console.error(`refused: ${e.message}`)
    return problem(res, 401, 'signature_bad')
  }
  return body ? post(req, res, body) : get(req, res)
}

const server = createServer(answer)
server.listen(listen.startsWith('unix:') ? listen.slice(5) : { port: Number(listen), host: '127.0.0.1' }, () =>
  console.log(`listening ${listen.startsWith('unix:') ? listen : `127.0.0.1:${server.address().port}`}`),
)
process.on('SIGTERM', () => {
  console.log(JSON.stringify(seen))
  process.exit(0)
})
