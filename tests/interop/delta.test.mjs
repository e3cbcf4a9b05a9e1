// The delta between the two publications that were made: read here, and no bit of it may be another.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import { readBundle } from './bundle.mjs'
import { applyDelta } from './delta.mjs'
import { readRoots } from './trust.mjs'
import { flipped, isRefused, madePath, readMade, refusesAsync } from './testing.mjs'

const roots = readRoots(readMade('home', 'root.cbor'))
const before = await readBundle(readMade('publish-early', 'bundle.scb'), roots)
const after = await readBundle(readMade('publish', 'bundle.scb'), roots)
const names = readdirSync(madePath('publish', 'deltas'))
const nameFor = (bundle) => `${bundle.header.sequence}.delta`
const delta = readMade('publish', 'deltas', nameFor(before))

// As a device does: until there is none for what it has.
async function follow(bundle) {
  let steps = 0
  for (; names.includes(nameFor(bundle)); steps++) bundle = await applyDelta(bundle, readMade('publish', 'deltas', nameFor(bundle)))
  return { bundle, steps }
}

test('a chain leads from an early publication to the last', async () => {
  const { bundle: made, steps } = await follow(before)
  assert.ok(steps > 1)
  assert.equal(made.header.sequence, after.header.sequence)
  for (const [name, section] of Object.entries(after.sections)) assert.deepEqual(made.sections[name], section, name)
  let changed = 0
  for (let i = 0; i < after.header.rows; i++) {
    const [was, is] = [before.row(i), after.row(i)]
    const same = (a, b) => a.status === b.status && a.version === b.version && a.deadline === b.deadline
    assert.ok(same(made.row(i), is), `row ${i}`)
    changed += same(was, is) ? 0 : 1
  }
  assert.ok(changed > 100)
})

test('it is for no other bundle', () => refusesAsync(() => applyDelta(after, delta), /another sequence/))

test('no bit of its ends may be another', async () => {
  const bits = [...Array(800).keys()].flatMap((i) => [i, delta.length * 8 - 1 - i])
  for (const bit of bits) assert.ok(await isRefused(() => applyDelta(before, flipped(delta, bit))), `bit ${bit}`)
})
