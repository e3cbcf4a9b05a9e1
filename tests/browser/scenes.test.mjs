// The deployments of tests/blackbox/make_scenes.c, a certificate in each state: the page's verdict is certcheck's. And what
// a device remembers, by the same scenes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { certcheck } from './certcheck.mjs'
import { load } from './node.mjs'

const [{ openBundle }, { readRoots }, { check, openDevice }, { withWords }] = await Promise.all(['bundle', 'trust', 'device', 'verdict'].map(load))
const folder = mkdtempSync(join(tmpdir(), 'sitecert-scenes-'))
after(() => rmSync(folder, { recursive: true, force: true }))
assert.equal(spawnSync(process.env.MAKE_SCENES, [folder]).status, 0)

const DAY_S = 86400
const AT = Date.parse('2024-06-01T12:00:00+08:00') / 1000
const bytesOf = (name) => new Uint8Array(readFileSync(join(folder, name)))
const textOf = (name) => readFileSync(join(folder, `${name}.txt`), 'utf8')

async function both(scene, bundleName, at, lang, rootName = scene) {
  const text = textOf(scene)
  const [theirs] = certcheck({ bundle: join(folder, `${bundleName}.scb`), root: join(folder, `${rootName}.root`), at, lang }, [text])
  const bundle = await openBundle(bytesOf(`${bundleName}.scb`), await readRoots(bytesOf(`${rootName}.root`)))
  return { theirs, ours: withWords(await check({ bundle, notes: [] }, text, at), lang) }
}

const STATES = {
  good: 'valid', due: 'due', lapsed: 'lapsed', suspended: 'suspended', revoked: 'revoked', replaced: 'valid', unassigned: 'unknown',
  survivor: 'valid', forged: 'unknown', 'forged-unused': 'unknown', 'forged-behind': 'unknown', unproven: 'unknown', unpromised: 'unknown',
  stranger: 'unknown', 'wrong-use': 'unknown', 'other-host': 'valid', demo: 'valid', witnessed: 'valid', unwitnessed: 'unknown', 'damaged-block': 'unknown',
}
for (const [scene, state] of Object.entries(STATES)) {
  for (const lang of ['zh', 'en']) {
    test(`${scene}: both say the same in ${lang}`, async () => {
      const { ours, theirs } = await both(scene, scene, AT, lang)
      assert.deepEqual(ours, theirs)
      assert.equal(ours.state, state)
    })
  }
}

for (const days of [-10, -1, 6, 7, 8, 29, 30, 31, 99, 100, 400, 900]) {
  test(`good, ${days} days later: both say the same`, async () => {
    for (const bundle of ['good', 'ahead', 'older']) {
      const { ours, theirs } = await both('good', bundle, AT + days * DAY_S, 'zh')
      assert.deepEqual(ours, theirs)
    }
  })
}

// --- memory ---

const open = (name, memory, now = AT) => openDevice(bytesOf(`${name}.scb`), memory, now)
const verdictOf = (device, now = AT) => check(device, textOf('good'), now)
const codesOf = (v) => v.problems.map(({ code }) => code)

test('the first bundle pins its deployment, says so once, and is believed from then on', async () => {
  const first = await open('good')
  assert.deepEqual(codesOf(await verdictOf(first)), ['pinned'])
  const next = await open('good', first.memory)
  assert.deepEqual(codesOf(await verdictOf(next)), [])
})

test('a bundle of an issuer that was not pinned judges nothing', async () => {
  const { memory } = await open('good')
  const v = await verdictOf(await open('other-issuer', memory))
  assert.deepEqual([v.authentic, v.in_force, v.number, codesOf(v)], [false, null, null, ['unknown_issuer']])
})

test('an older bundle than seen is a rollback: its keys count, its status does not, and it is not remembered', async () => {
  const { memory } = await open('good')
  const device = await open('older', memory)
  const v = await verdictOf(device)
  assert.deepEqual([v.authentic, v.state, v.in_force, codesOf(v)], [true, 'unknown', null, ['bundle_rollback']])
  assert.deepEqual(device.memory, memory)
})

test('a trust list older than seen is a rollback too', async () => {
  const { memory } = await open('good')
  const v = await verdictOf(await open('good', { ...memory, trustSequence: memory.trustSequence + 1 }))
  assert.deepEqual(codesOf(v), ['bundle_rollback'])
})

test('a clock more than a day behind what was signed is set back, to the second', async () => {
  const { memory } = await open('good')
  for (const [now, codes] of [[memory.signed - DAY_S, []], [memory.signed - DAY_S - 1, ['clock_set_back', 'signed_ahead']]]) {
    const v = await verdictOf(await open('good', memory, now), now)
    assert.deepEqual(codesOf(v).sort(), codes)
    assert.equal(v.in_force === true, codes.length === 0)
  }
})

test('what is signed ahead of the clock is not remembered', async () => {
  const { memory } = await open('good')
  assert.deepEqual((await open('ahead', memory)).memory, memory)
  assert.equal((await open('ahead')).memory, undefined)
})

test('a bundle whose self-test comes out otherwise judges nothing', async () => {
  const v = await verdictOf(await open('lying'))
  assert.deepEqual([v.authentic, v.in_force, codesOf(v)], [false, null, ['self_test']])
})

test('no byte of a bundle\'s head can be turned', async () => {
  const file = bytesOf('good.scb')
  const { memory } = await open('good')
  for (let at = 0; at < file.length; at += 7) {
    const copy = file.slice()
    copy[at] ^= 1 << (at % 8)
    const v = await verdictOf(await openDevice(copy, memory, AT))
    assert.notEqual(v.in_force, true, `byte ${at}`)
  }
})
