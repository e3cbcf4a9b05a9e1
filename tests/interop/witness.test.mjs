// A witness and the log that asks it: `sitecert witness` and `sitecert publish --witness`, by their bytes. Cosignatures are
// checked here, over node's own crypto; the policy is signed into the trust list by the sample's root.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { readBundle } from './bundle.mjs'
import { TAG_SIGN, Tagged, read, write } from './cbor.mjs'
import { EDDSA, readSign, sha256 } from './cose.mjs'
import { keyFromPem, made, madePath, newKey, signBytes } from './testing.mjs'

const CLOCK = '2021-07-01T09:00:00+08:00'
const NOW = Date.parse(CLOCK) / 1000
const facts = made()
const folder = mkdtempSync(join(tmpdir(), 'sitecert-witness-'))
const home = join(folder, 'home')
const children = []
cpSync(madePath('home'), home, { recursive: true, filter: (path) => !path.endsWith('.sock') })
after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const logKey = keyFromPem(join(home, 'keys', 'log-1.pem'))
const rootKey = keyFromPem(join(home, 'keys', 'root-1.pem'))
const trustPayload = read(readSign(readFileSync(join(home, 'trust.cbor'))).payload, 'the trust list')
const ORIGIN = trustPayload.get(4)

function environment() {
  return { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: folder, SITECERT_HOME: home, SITECERT_CLOCK: CLOCK }
}

function sitecert(...args) {
  const { status, stdout, stderr } = spawnSync(process.env.INTEROP_SITECERT, args, { env: environment() })
  return { status, out: String(stdout), err: String(stderr) }
}

async function serve(name) {
  const child = spawn(process.env.INTEROP_SITECERT, ['witness', 'run', join(folder, name), '--listen', '127.0.0.1:0'], { env: environment() })
  children.push(child)
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => resolve(/^listening (\S+)/m.exec(text)[1]))
    child.on('exit', (status) => reject(new Error(`the witness ended with ${status}`)))
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return { url: `http://${address}`, kill: (signal) => { child.kill(signal); return ended } }
}

function makeWitness(name) {
  const { status, out, err } = sitecert('witness', 'init', join(folder, name), '--name', `witness.example/${name}`, '--trust', madePath('publish', 'trust.cbor'), '--root', madePath('home', 'root.cbor'))
  assert.equal(status, 0, err)
  const [, vkeyName, id, base64] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)\n$/.exec(out)
  const bytes = Buffer.from(base64, 'base64')
  assert.equal(bytes[0], 4)
  assert.equal(sha256(`${vkeyName}\n`, bytes).subarray(0, 4).toString('hex'), id)
  const { x } = createPublicKey(readFileSync(join(folder, name, 'pub.pem'))).export({ format: 'jwk' })
  assert.deepEqual(Buffer.from(x, 'base64url'), bytes.subarray(1))
  return { name: vkeyName, key: bytes.subarray(1) }
}

// --- notes of our own ---

function note(size, root, key = logKey, origin = ORIGIN) {
  const body = Buffer.from(`${origin}\n${size}\n${root.toString('base64')}\n`)
  const id = sha256(`${origin}\n`, Buffer.of(1), key.x).subarray(0, 4)
  return `${body}\n— ${origin} ${Buffer.concat([id, signBytes(key, body)]).toString('base64')}\n`
}

async function ask(witness, body) {
  const answer = await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

// The time of a cosignature that holds.
function cosignedAt(line, checkpoint, { name, key }) {
  const [, lineName, base64] = /^— (\S+) (\S+)\n$/.exec(line)
  const raw = Buffer.from(base64, 'base64')
  assert.equal(lineName, name)
  assert.deepEqual(raw.subarray(0, 4), sha256(`${name}\n`, Buffer.of(4), key).subarray(0, 4))
  const time = raw.readBigUInt64BE(4)
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${checkpoint.split('\n\n')[0]}\n`)
  const object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') }, format: 'jwk' })
  assert.ok(verify(null, message, object, raw.subarray(12)))
  return Number(time)
}

// --- the witness ---

const first = makeWitness('w1')
const rootOf = (text) => sha256(Buffer.of(0), text)

test('it cosigns what grew, tells the size it saw, and never another root of that size, killed or not', async () => {
  let witness = await serve('w1')
  const one = note(1, rootOf('a'))
  const answer = await ask(witness, `old 0\n\n${one}`)
  assert.equal(answer.status, 200)
  assert.equal(cosignedAt(answer.text, one, first), NOW)

  const two = note(2, sha256(Buffer.of(1), rootOf('a'), rootOf('b')))
  assert.deepEqual(await ask(witness, `old 0\n\n${two}`), { status: 409, type: 'text/x.tlog.size', text: '1\n' })
  assert.equal((await ask(witness, `old 1\n${rootOf('c').toString('base64')}\n\n${two}`)).status, 422)
  assert.equal((await ask(witness, `old 1\n${rootOf('b').toString('base64')}\n\n${two}`)).status, 200)

  await witness.kill('SIGKILL')
  witness = await serve('w1')
  const other = note(2, rootOf('another'))
  const split = await ask(witness, `old 2\n\n${other}`)
  assert.equal(split.status, 409)
  assert.ok(!split.text.includes('—'))
  assert.equal(readFileSync(join(folder, 'w1', 'evidence'), 'utf8'), other)
  assert.deepEqual(await ask(witness, `old 0\n\n${other}`), { status: 409, type: 'text/x.tlog.size', text: '2\n' })
  assert.equal((await ask(witness, `old 2\n\n${two}`)).status, 200)
  assert.equal((await ask(witness, `old 2\n\n${one}`)).status, 400)
  assert.equal(await witness.kill('SIGTERM'), 0)
})

test('other logs, other keys and other bodies are told apart', async () => {
  const witness = await serve('w1')
  assert.equal((await ask(witness, `old 2\n\n${note(3, rootOf('a'), logKey, 'log.example/another')}`)).status, 404)
  assert.equal((await ask(witness, `old 2\n\n${note(3, rootOf('a'), newKey(EDDSA))}`)).status, 403)
  for (const body of ['', 'old 2\n', 'old 02\n\n', `old 2\n\n${note(3, rootOf('a'))}x`]) assert.equal((await ask(witness, body)).status, 400)
  await witness.kill('SIGTERM')
})

test('one folder has one witness at a time', async () => {
  const witness = await serve('w1')
  const second = sitecert('witness', 'run', join(folder, 'w1'), '--listen', '127.0.0.1:0')
  assert.equal(second.status, 1)
  await witness.kill('SIGTERM')
})

test('a witness is not made twice over one key', () => {
  const again = sitecert('witness', 'init', join(folder, 'w1'), '--name', 'witness.example/w1', '--trust', madePath('publish', 'trust.cbor'), '--root', madePath('home', 'root.cbor'))
  assert.equal(again.status, 1)
})

// --- publishing ---

function withPolicy(quorum, witnesses) {
  const list = witnesses.map(({ name, key }) => [name, new Map([[1, 1], [-1, 6], [-2, new Uint8Array(key)]])])
  const payload = write(new Map(trustPayload).set(6, trustPayload.get(6) + 1).set(11, [quorum, list]))
  const body = write(new Map([[16, 'application/sitecert-trust+cbor']]))
  const own = write(new Map([[1, rootKey.alg], [4, rootKey.kid]]))
  const structure = write(['Signature', body, own, new Uint8Array(), payload])
  writeFileSync(join(home, 'trust.cbor'), write(new Tagged(TAG_SIGN, [body, new Map(), payload, [[own, new Map(), signBytes(rootKey, structure)]]])))
}

const published = join(folder, 'published')

function certcheck() {
  const { stdout } = spawnSync(process.env.CERTCHECK, ['--bundle', join(published, 'bundle.scb'), '--root', madePath('home', 'root.cbor'), '--json', facts.tokens[1].text], { env: environment() })
  return JSON.parse(stdout)[0]
}

test('what too few have cosigned is not published; with enough it is, and every reader finds them', async () => {
  const [second, third] = [makeWitness('w2'), makeWitness('w3')]
  const running = [await serve('w2'), await serve('w3')]
  withPolicy(2, [first, second, third])

  const alone = sitecert('publish', published, '--witness', running[0].url, '--lang', 'en')
  assert.equal(alone.status, 1)
  assert.match(alone.err, /1 witnesses have cosigned where the trust list asks for 2/)
  assert.ok(!existsSync(join(published, 'bundle.scb')))

  const down = sitecert('publish', published, '--witness', 'http://127.0.0.1:1', '--witness', running[0].url, '--witness', running[1].url, '--lang', 'en')
  assert.equal(down.status, 0, down.err)
  assert.match(down.err, /http:\/\/127.0.0.1:1 did not cosign/)
  const checkpoint = readFileSync(join(published, 'log', 'checkpoint'), 'utf8')
  const lines = checkpoint.split('\n\n')[1].split(/(?<=\n)/)
  assert.equal(lines.length, 3)
  for (const [i, witness] of [second, third].entries()) assert.equal(cosignedAt(lines[i + 1], checkpoint, witness), NOW)
  await readBundle(readFileSync(join(published, 'bundle.scb')))
  assert.equal(certcheck().in_force, true, JSON.stringify(certcheck()))

  const again = sitecert('publish', published, '--witness', running[0].url, '--witness', running[1].url)
  assert.equal(again.status, 0, again.err)
  for (const witness of running) await witness.kill('SIGTERM')
})

test('a witness that no list names adds nothing', async () => {
  makeWitness('w4')
  const stranger = await serve('w4')
  const { status, err } = sitecert('publish', published, '--witness', stranger.url, '--lang', 'en')
  assert.equal(status, 1)
  assert.match(err, /by none of the witnesses of the trust list/)
  await stranger.kill('SIGTERM')
})
