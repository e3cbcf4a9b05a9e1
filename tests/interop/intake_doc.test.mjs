// docs/intake.md does what it says: its request is what its key signs, and its Java program pushes a file.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'

const judge = process.env.INTEROP_JUDGE
if (!judge) throw new Error('INTEROP_JUDGE is not set: run ctest -R interop')
const document = readFileSync(new URL('../../docs/intake.md', import.meta.url), 'utf8')
const block = (kind) => new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, 'ms').exec(document)[1]
const folder = mkdtempSync(join(tmpdir(), 'intake-'))
after(() => rmSync(folder, { recursive: true }))
const here = (name) => join(folder, name)

const [head, ...rest] = block('http').split('\n\n')
const body = rest.join('\n\n')
const [line, ...headers] = head.split('\n')
const values = new Map(headers.map((h) => [h.slice(0, h.indexOf(':')).toLowerCase(), h.slice(h.indexOf(':') + 2)]))
const base = block('text').trimEnd()

test("the example's signature is what its key makes of its base", () => {
  const seed = createHash('sha256').update('sitecert intake example key').digest()
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  assert.equal(createPublicKey(key).export({ type: 'spki', format: 'pem' }), block('pem'))
  assert.equal(values.get('signature'), `sig=:${sign(null, Buffer.from(base), key).toString('base64')}:`)
  assert.equal(Number(values.get('content-length')), Buffer.byteLength(body))
})

test('the example is good to the intake, and its base is the one shown', () => {
  const [method, target] = line.split(' ')
  const digest = createHash('sha256').update(body).digest('hex')
  const created = /created=(\d+)/.exec(base)[1]
  const lines = [method, `https://${values.get('host')}${target}`, 'zhejiang', created, digest, ...[...values].map(([k, v]) => `${k}: ${v}`), '', block('pem')]
  const { status, stdout, stderr } = spawnSync(judge, { input: lines.join('\n'), encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.equal(stdout, `good\n${base}\n`)
})

test('the Java program pushes a file through a lost answer, a full queue and a slow batch', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(here('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(here('pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  writeFileSync(here('Intake.java'), block('java'))
  writeFileSync(here('training.csv'), 'record_id,name\na,张示例\nb,refuse\n')
  const args = [new URL('stub_intake.mjs', import.meta.url).pathname, '0', 'zhejiang', here('pub.pem'), 'hang-up', '429', 'slow']
  const stub = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: stub.stdout })[Symbol.asyncIterator]()
  const address = (await lines.next()).value.slice('listening '.length)

  const java = spawn('java', ['Intake.java', `http://${address}`, 'zhejiang', 'key.pem', 'training', 'training.csv'], { cwd: folder })
  const out = []
  const err = []
  java.stdout.on('data', (d) => out.push(d))
  java.stderr.on('data', (d) => err.push(d))
  const [status] = await once(java, 'close')
  assert.equal(status, 4, Buffer.concat(err).toString())
  const outcomes = Buffer.concat(out).toString().trim().split('\n').map((l) => JSON.parse(l).outcome)
  assert.deepEqual(outcomes, ['recorded', 'refused'])
  stub.kill()
  assert.deepEqual(JSON.parse((await lines.next()).value), { posts: 1, replays: 1, rows: 2 })
})
