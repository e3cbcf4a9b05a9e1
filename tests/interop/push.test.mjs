// `sitecert push` against an intake of another make: what it signs verifies there, nothing is taken twice.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'

const sitecert = process.env.INTEROP_SITECERT
if (!sitecert) throw new Error('INTEROP_SITECERT is not set: run ctest -R interop')
const folder = mkdtempSync(join(tmpdir(), 'push-'))
after(() => rmSync(folder, { recursive: true }))
const here = (name) => join(folder, name)

function newKey(name, type, options) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options)
  writeFileSync(here(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  chmodSync(here(`${name}.pem`), 0o600)
  writeFileSync(here(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }))
}
newKey('a', 'ed25519')
newKey('b', 'ec', { namedCurve: 'P-256' })

const HEADER = 'record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked'
const rowOf = (i, word = '') => `s${i},91330000000000000A,张示例${word},111,11010119900307${String(i).padStart(4, '0')},01,2020-03-09,80,100,100,1`
function writeRows(name, count, refused = () => false) {
  const rows = Array.from({ length: count }, (_, i) => rowOf(i + 1, refused(i + 1) ? 'refuse' : ''))
  writeFileSync(here(name), `${HEADER}\n${rows.join('\n')}\n`)
}

class Stub {
  async start(listen, key, ...faults) {
    const args = [new URL('stub_intake.mjs', import.meta.url).pathname, listen, 'zj', here(`${key}.pub`), ...faults]
    this.process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]()
    this.address = (await this.lines.next()).value.slice('listening '.length)
    this.url = this.address.startsWith('unix:') ? this.address : `http://${this.address}`
    return this
  }

  async stop() {
    this.process.kill()
    return JSON.parse((await this.lines.next()).value)
  }
}

function start(args, key) {
  const env = { ...process.env, LANG: 'C', HOME: folder, XDG_STATE_HOME: here('state') }
  delete env.SITECERT_CLOCK
  return spawn(sitecert, ['push', '--id', 'zj', '--key', here(`${key}.pem`), '--json', ...args], { cwd: folder, env })
}

async function push(stub, args, key = 'a') {
  const child = start(['--url', stub.url, ...args], key)
  const out = []
  const err = []
  child.stdout.on('data', (d) => out.push(d))
  child.stderr.on('data', (d) => err.push(d))
  const [status] = await once(child, 'close')
  return { status, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }
}

test('a signature under another key or id is refused, and it is not tried again', async () => {
  writeRows('test-1.csv', 3)
  const stub = await new Stub().start('0', 'b')
  const { status, err } = await push(stub, ['test-1.csv'])
  assert.equal(status, 1)
  assert.match(err, /signature_bad/)
  assert.deepEqual(await stub.stop(), { posts: 0, replays: 0, rows: 0 })
})

test('another machine is not sent to in the clear', async () => {
  writeRows('test-1.csv', 1)
  const { status, err } = await push({ url: 'http://192.0.2.1:80' }, ['test-1.csv'])
  assert.equal(status, 1)
  assert.match(err, /use https/)
})

test('no server: it gives up when its patience ends', async () => {
  writeRows('test-1.csv', 1)
  const { status, err } = await push({ url: 'http://127.0.0.1:1' }, ['test-1.csv', '--patience', '1s'])
  assert.equal(status, 1)
  assert.match(err, /gave up/)
})

for (const [key, listen] of [['a', '0'], ['b', '0'], ['a', `unix:${here('s.sock')}`]])
  test(`three parts arrive and their results come back: key ${key}, ${listen.slice(0, 5)}`, async () => {
    writeRows('test-2.csv', 25, (i) => i % 10 === 0)
    const stub = await new Stub().start(listen, key)
    const { status, out } = await push(stub, ['test-2.csv', '--batch-rows', '10', '--errors', 'errors.csv', '--results', 'results.ndjson'], key)
    assert.equal(status, 4)
    assert.deepEqual({ ...JSON.parse(out), seconds: 0 }, { rows: 25, recorded: 23, issued: 0, renewed: 0, exchanged: 0, duplicates: 0, refused: 2, conflicts: 0, seconds: 0 })
    const results = readFileSync(here('results.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line))
    assert.deepEqual(results.map((r) => [r.row, r.record_id]), Array.from({ length: 25 }, (_, i) => [i + 1, `s${i + 1}`]))
    assert.equal(readFileSync(here('errors.csv'), 'utf8'), 'row,record_id,column,code,explanation,cell\n10,s10,score,score_too_low,成绩低于六成,80\n20,s20,score,score_too_low,成绩低于六成,80\n')
    assert.deepEqual(await stub.stop(), { posts: 3, replays: 0, rows: 25 })
  })

test('whatever goes wrong on the way, every row is taken once', async () => {
  writeRows('test-3.csv', 25)
  const stub = await new Stub().start('0', 'a', 'hang-up', '429', '503', 'slow', 'cut')
  const { status, out, err } = await push(stub, ['test-3.csv', '--batch-rows', '10'])
  assert.equal(status, 0, err)
  assert.equal(JSON.parse(out).recorded, 25)
  assert.match(err, /queue_full.*again in 1|again in 2/)
  const seen = await stub.stop()
  assert.deepEqual([seen.posts, seen.rows], [3, 25])
  assert.ok(seen.replays >= 1)
})

test('killed and resumed: every row is taken once and told once', async () => {
  writeRows('test-4.csv', 3000, (i) => i % 100 === 0)
  const stub = await new Stub().start('0', 'a')
  const args = ['test-4.csv', '--batch-rows', '10', '--resume', '--results', 'killed.ndjson', '--errors', 'killed.csv']
  let kills = 0
  for (let tries = 0; tries < 50; tries++) {
    const child = start(['--url', stub.url, ...args], 'a')
    const timer = setTimeout(() => child.kill('SIGKILL'), 150 + tries * 20)
    const [status] = await once(child, 'close')
    clearTimeout(timer)
    if (status !== null) {
      assert.equal(status, 4)
      break
    }
    kills++
  }
  assert.ok(kills > 0, 'it was never killed')
  const rows = readFileSync(here('killed.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line).row)
  assert.deepEqual(rows, Array.from({ length: 3000 }, (_, i) => i + 1))
  assert.equal(readFileSync(here('killed.csv'), 'utf8').trim().split('\n').length, 1 + 30)
  assert.deepEqual((({ posts, rows }) => [posts, rows])(await stub.stop()), [300, 3000])
  // A kill in the middle of a write leaves NAME~ behind, which nobody reads.
  assert.deepEqual(readdirSync(here('state/sitecert/import')).filter((name) => !name.endsWith('~')), [])
})

test('a file in GB18030 with Windows line ends arrives as UTF-8', async () => {
  const gb = Buffer.concat([Buffer.from(`${HEADER}\r\ns1,P,`), Buffer.from([0xd5, 0xc5, 0xca, 0xbe, 0xc0, 0xfd]), Buffer.from(',111,X,01,2020-03-09,80,100,100,1\r\n')])
  writeFileSync(here('test-5.csv'), gb)
  const stub = await new Stub().start('0', 'a')
  const { status, out } = await push(stub, ['test-5.csv'])
  assert.equal(status, 0)
  assert.equal(JSON.parse(out).recorded, 1)
  await stub.stop()
})

test('--no-wait hands over and fetches nothing', async () => {
  writeRows('test-6.csv', 25, () => true)
  const stub = await new Stub().start('0', 'a')
  const { status, out } = await push(stub, ['test-6.csv', '--no-wait', '--batch-rows', '10'])
  assert.equal(status, 0)
  assert.equal(JSON.parse(out).rows, 25)
  assert.ok(!existsSync(here('errors-6.csv')))
  assert.deepEqual(await stub.stop(), { posts: 3, replays: 0, rows: 25 })
})

test('a picture beside a photo row travels inside it', async () => {
  writeFileSync(here('p.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]))
  writeFileSync(here('photo.csv'), 'record_id,id_type,id_number,file\np1,111,110101199003070001,p.jpg\np2,111,110101199003070001,none.jpg\n')
  const stub = await new Stub().start('0', 'a')
  const { status } = await push(stub, ['photo.csv', '--results', 'photo.ndjson'])
  assert.equal(status, 0)
  assert.equal(readFileSync(here('photo.ndjson'), 'utf8').trim().split('\n').length, 2)
  await stub.stop()
})
