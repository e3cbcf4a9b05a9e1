// Requests that another implementation signs are good to ours (core/message), and what is changed in one is not.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import hms from 'http-message-signatures'

const judge = process.env.INTEROP_JUDGE
if (!judge) throw new Error('INTEROP_JUDGE is not set: run ctest -R interop')

const FIELDS = ['@method', '@target-uri', 'content-digest', 'content-type', 'idempotency-key']
const PARAMS = ['created', 'nonce', 'keyid', 'alg', 'tag']
const BODY = Buffer.from('{"record_id":"s1"}\n')

const sha256 = (bytes) => createHash('sha256').update(bytes).digest()

function newSender(alg) {
  const { privateKey, publicKey } = alg === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { alg, id: 'zj', privateKey, pem: publicKey.export({ type: 'spki', format: 'pem' }) }
}

const keyOf = (sender) => hms.createSigner(sender.privateKey, sender.alg, sender.id)

function post({ body = BODY, ...more } = {}) {
  return {
    method: 'POST',
    url: 'http://127.0.0.1:8123/v1/batches?kind=test',
    headers: {
      'content-type': 'application/x-ndjson',
      'content-digest': `sha-256=:${sha256(body).toString('base64')}:`,
      'idempotency-key': 'part-1',
    },
    body,
    ...more,
  }
}

function sign(sender, request, { fields = FIELDS, params = PARAMS, values = {}, ...more } = {}) {
  const paramValues = { nonce: randomUUID(), tag: 'sitecert-intake', ...values }
  return hms.httpbis.signMessage({ key: keyOf(sender), fields, params, paramValues, ...more }, request)
}

function judged(sender, request, now = Math.floor(Date.now() / 1000)) {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name.toLowerCase()}: ${value}`)
  const digest = request.body ? sha256(request.body).toString('hex') : '-'
  const lines = [request.method, request.url, sender.id, now, digest, ...headers, '', sender.pem]
  const { status, stdout, stderr } = spawnSync(judge, { input: lines.join('\n'), encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout.trimEnd()
}

for (const alg of ['ed25519', 'ecdsa-p256-sha256']) {
  const sender = newSender(alg)

  test(`${alg}: a changed request is refused`, async () => {
    const good = await sign(sender, post())
    const refused = (change, code) => assert.match(judged(sender, { ...good, ...change }), new RegExp(`^${code}\\b`))
    refused({ method: 'PUT' }, 'signature_bad')
    refused({ url: good.url.replace('test', 'legacy') }, 'signature_bad')
    refused({ body: Buffer.from('other') }, 'digest_mismatch')
    refused({ headers: { ...good.headers, 'idempotency-key': 'part-2' } }, 'signature_bad')
    refused({ headers: { ...good.headers, 'content-type': 'text/csv' } }, 'signature_bad')
    assert.match(judged(newSender(alg), good), /^signature_bad\b/)
    assert.match(judged(sender, good, 1), /^created_in_future\b/)
    assert.match(judged(sender, good, Math.floor(Date.now() / 1000) + 400), /^created_too_old\b/)
  })

  test(`${alg}: a signature that leaves a component or parameter out is refused`, async () => {
    for (const left of FIELDS) {
      const request = await sign(sender, post(), { fields: FIELDS.filter((f) => f !== left) })
      assert.equal(judged(sender, request), `component_missing ${left}`)
    }
    for (const [left, code] of [['created', 'created_missing'], ['nonce', 'nonce_missing'], ['keyid', 'keyid_missing'], ['tag', 'tag_wrong']]) {
      const request = await sign(sender, post(), { params: PARAMS.filter((p) => p !== left) })
      assert.match(judged(sender, request), new RegExp(`^${code}\\b`))
    }
  })

  test(`${alg}: what the other signs is good, a hundred times`, async () => {
    for (let i = 0; i < 100; i++) assert.match(judged(sender, await sign(sender, post())), /^good\n"@method": POST\n/)
  })

  test(`${alg}: any order, more components, another label and another signature beside are good`, async () => {
    const fields = ['@query', '@path', '@authority', '@scheme', ...FIELDS.toReversed()]
    const once = await sign(sender, post(), { fields, name: 'zj-1' })
    assert.match(judged(sender, once), /^good\n/)
    const twice = await sign(newSender(alg), once, { fields: ['@method'], values: { tag: 'proxy' }, name: 'proxy' })
    assert.match(judged(sender, twice), /^good\n/)
  })

  test(`${alg}: a request without body`, async () => {
    const get = { method: 'GET', url: 'http://127.0.0.1:8123/v1/batches/0123456789abcdef', headers: {} }
    const request = await sign(sender, get, { fields: ['@method', '@target-uri'] })
    assert.match(judged(sender, request), /^good\n/)
    assert.match(judged(sender, { ...request, url: request.url.replace('def', 'dee') }), /^signature_bad\b/)
  })
}
