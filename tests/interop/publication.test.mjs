import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import { read, write } from './cbor.mjs'
import { sha256 } from './cose.mjs'
import { folderReader, readPublication } from './publication.mjs'
import { readTrustList, readRoots } from './trust.mjs'
import { made, madePath, newKey, readMade, refusesAsync } from './testing.mjs'

const DAY_S = 86400
const facts = made()
const roots = readMade('home', 'root.cbor')

function readAt(at, folder = 'publish', by = roots) {
  return readPublication(folderReader(madePath(folder)), by, at)
}

const p = await readAt(facts.at)

test("roots other than the deployment's are not believed", async () => {
  await refusesAsync(() => readAt(facts.at, 'publish', write([1, [newKey().map]])))
})

test('two roots of whom only one has signed are too few', async () => {
  const [, [root]] = read(roots, 'root.cbor')
  const two = readRoots(write([2, [root, newKey().map]]))
  await refusesAsync(() => readTrustList(readMade('publish', 'trust.cbor'), two), /too few/)
})

test('lists past their end are refused', () => refusesAsync(() => readAt(p.status.exp + 1), /out of date/))
test('lists from tomorrow are refused', () => refusesAsync(() => readAt(facts.published - DAY_S - 1), /ahead of the clock/))
test('lists stay good to their last second, which is a week off at least', async () => {
  assert.ok(p.status.exp - p.status.iat >= 7 * DAY_S && p.deadlines.exp === p.status.exp)
  await readAt(p.status.exp)
})

test('the deployment is named by the hash of its first root set', () => {
  assert.deepEqual(p.trust.deployment, sha256(roots))
  assert.deepEqual(readMade('publish', 'root.cbor'), roots)
  assert.equal(p.trust.demo, true)
  assert.deepEqual(p.trust.hosts, ['CERT.EXAMPLE'])
})

test('the program lists the same keys under the same kids', () => {
  const ours = p.trust.keys.map((key) => [key.kid.toString('hex'), key.object.export({ format: 'jwk' })])
  const byKid = new Map(ours)
  assert.equal(facts.keys.length, ours.length)
  for (const { kid, jwk, alg } of facts.keys) {
    assert.ok(byKid.has(kid), kid)
    for (const member of ['kty', 'crv', 'x', 'y']) assert.equal(jwk[member], byKid.get(kid)[member], `${kid} ${member}`)
    assert.equal(alg, { Ed25519: 'EdDSA', 'P-256': 'ES256', SM2: 'SM2' }[jwk.crv])
  }
})

test('each publication has a later sequence, its time in seconds, and the last its time of issue', async () => {
  const early = await readAt(Date.parse('2020-12-03T20:00:00+08:00') / 1000, 'publish-early')
  assert.ok(early.bundle.header.sequence < p.bundle.header.sequence)
  assert.equal(p.bundle.header.sequence, facts.published)
  assert.equal(p.bundle.header.issued, facts.published)
})

test('an empty register publishes lists of no rows and a log of no entries', async () => {
  const empty = await readAt(Date.parse('2020-03-02T10:00:00+08:00') / 1000, 'publish-empty')
  assert.equal(empty.bundle.header.rows, 0)
  assert.deepEqual(empty.checkpoint.root, sha256())
  assert.equal(empty.status.bits.length, 0)
})

test('the earlier log is a prefix of the later one', async () => {
  const early = await readAt(Date.parse('2020-12-03T20:00:00+08:00') / 1000, 'publish-early')
  assert.ok(early.checkpoint.size > 0 && early.checkpoint.size < p.checkpoint.size)
  assert.deepEqual(p.tree.root(early.checkpoint.size), early.checkpoint.root)
})

const deadlineFiles = (folder) => readdirSync(madePath(folder, 'deadlines'))

test('what the deadline list of a week before names is still to be had', () => {
  const current = deadlineFiles('publish')
  const before = deadlineFiles('publish-week-before')
  assert.notDeepEqual(before, current)
  for (const name of before) assert.ok(current.includes(name), name)
})

test('what no list in force can name any more is gone', () => {
  const current = deadlineFiles('publish')
  assert.ok(deadlineFiles('publish-early').every((name) => !current.includes(name)))
})

test('files of the deadline list are named by what they hold', () => {
  assert.ok(p.deadlines.blocks.length > 0)
  for (const block of p.deadlines.blocks) assert.ok(readdirSync(madePath('publish', 'deadlines')).includes(`${sha256(block).toString('hex')}.block`))
})

test('the directory names the thirteen posts, the units and the providers in the order of their first record', () => {
  assert.equal(p.directory.posts.size, 13)
  assert.equal(p.directory.posts.get(1).name, '土建施工员')
  assert.deepEqual([...p.directory.units.keys()], [33, 901])
  assert.deepEqual(p.directory.providers.map(({ creditCode, unit }) => [creditCode, unit]), [
    ['91330100AHXXX00036', 33],
    ['51330100AHXXX0004D', 33],
    ['91110000AHXXX0005H', 901],
  ])
})

test('status 3 is nowhere, and rows that nobody has are of version 0', () => {
  let assigned = 0
  for (let index = 0; index < p.bundle.header.rows; index++) {
    const row = p.bundle.row(index)
    assert.ok(row.status <= 2)
    if (row.version > 0) assigned++
    else assert.deepEqual(row, { status: 0, version: 0, deadline: 0 })
  }
  // One more than certificates: the one that was amended has two.
  assert.equal(assigned, Object.keys(facts.numbers).length + 1)
})
