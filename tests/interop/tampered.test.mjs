// Turns bits in a published folder's files, one at a time: the reader must refuse the folder, or the file.
import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { decodeBlock } from './columns.mjs'
import { readBundle } from './bundle.mjs'
import { sha256 } from './cose.mjs'
import { readBlock, readHashes, readStatement } from './deadlines.mjs'
import { readDirectory } from './directory.mjs'
import { folderReader, readPublication } from './publication.mjs'
import { readStatusList } from './status.mjs'
import { openTree, readCheckpoint } from './tlog.mjs'
import { readRoots, readTrustList } from './trust.mjs'
import { flipped, isRefused, made, madePath, readMade, refusesAsync } from './testing.mjs'


const facts = made()
// sm-crypto takes its time: every so many bytes are tried.
const SLOWER = facts.alg === 'SM2' ? 37 : 1
const FLIPS = Math.ceil(24 / SLOWER) // of a file, with the whole folder read each time
const read = folderReader(madePath('publish'))
const rootBytes = readMade('home', 'root.cbor')
const roots = readRoots(rootBytes)

// Which files a reader of the folder opens: what an earlier publication left is not among them.
const opened = new Set()
const p = await readPublication((name) => (opened.add(name), read(name)), rootBytes, facts.at)

function listFiles(folder, under = '') {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? listFiles(path, `${under}${name}/`) : [`${under}${name}`]
  })
}

test('every file of a new folder is read and so checked, but for roots and deltas', () => {
  const earlier = ['publish-early', 'publish-week-before'].flatMap((folder) => listFiles(madePath(folder)))
  // Deltas are for devices that follow; delta.test.mjs reads them.
  const fresh = listFiles(madePath('publish')).filter((name) => !earlier.includes(name) && !name.startsWith('deltas/'))
  for (const name of fresh) assert.ok(opened.has(name), name)
  const unread = ['bundle.scb', 'deadlines.cwt', 'directory.cbor', 'policy.json', 'status.cwt', 'trust.cbor', 'log/checkpoint'].filter((name) => !opened.has(name))
  assert.deepEqual(unread, [])
})

for (const name of opened) {
  test(`no folder with a bit turned in ${name.replace(/[0-9a-f]{64}/, 'HASH')} is believed`, async () => {
    const bytes = read(name)
    for (let i = 0; i < FLIPS; i++) {
      const bit = Math.floor((i * bytes.length * 8) / FLIPS) + (i % 8)
      const changed = flipped(bytes, Math.min(bit, bytes.length * 8 - 1))
      const reading = () => readPublication((other) => (other === name ? changed : read(other)), rootBytes, facts.at)
      // How a block is coded is not signed: deflate has bits that mean nothing. What it says must not change.
      if (name.endsWith('.block') && !(await isRefused(reading))) {
        assert.deepEqual((await reading()).deadlines.blocks, p.deadlines.blocks)
        continue
      }
      assert.ok(await isRefused(reading), `bit ${bit}`)
    }
  })

  test(`no folder without ${name.replace(/[0-9a-f]{64}/, 'HASH')} is believed`, async () => {
    assert.ok(await isRefused(() => readPublication((other) => read(other === name ? 'no such file' : other), rootBytes, facts.at)))
  })
}

// --- one file at a time, a bit in every byte ---

const statement = await readStatement(read('deadlines.cwt'), p.trust)
const hashesName = `deadlines/${statement.root.toString('hex')}.hashes`

const READERS = {
  'trust.cbor': (bytes) => readTrustList(bytes, roots),
  'directory.cbor': (bytes) => readDirectory(bytes, p.trust),
  'status.cwt': (bytes) => readStatusList(bytes, p.trust),
  'deadlines.cwt': (bytes) => readStatement(bytes, p.trust),
  [hashesName]: async (bytes) => readHashes(bytes, statement),
  'log/checkpoint': async (bytes) => readCheckpoint(bytes, p.trust, facts.at),
  'bundle.scb': (bytes) => readBundle(bytes, roots),
}

for (const [name, readOne] of Object.entries(READERS)) {
  const step = SLOWER * (name === 'bundle.scb' ? 7 : 1)
  test(`no byte of ${name.replace(/[0-9a-f]{64}/, 'HASH')} can be changed, none taken away, none added`, async () => {
    const bytes = read(name)
    await readOne(bytes)
    for (let i = 0; i < bytes.length; i += step) assert.ok(await isRefused(() => readOne(flipped(bytes, i * 8 + (i % 8)))), `byte ${i}`)
    assert.ok(await isRefused(() => readOne(bytes.subarray(0, -1))))
    assert.ok(await isRefused(() => readOne(Buffer.concat([bytes, Buffer.of(0)]))))
  })
}

// Where the block table stands in a bundle of one block, and how long its parts are.
const HASH_LEN = 32
const ENTRY_LEN = 12

function constantColumn(...values) {
  return Buffer.concat(values.map((value) => Buffer.concat([Buffer.of(0, 0, 0, 0, value.length), value])))
}

test('a block that agrees with its table, but not with what is signed, is refused', async () => {
  const bytes = read('bundle.scb')
  const table = 12 + bytes.readUInt32BE(8) + p.bundle.header.sections.reduce((sum, { length }) => sum + length, 0)
  const entries = table + HASH_LEN + ENTRY_LEN + HASH_LEN
  const coded = constantColumn(Buffer.of(0, 1), Buffer.of(0, 0x75, 0x30))
  const plain = decodeBlock(coded, p.bundle.header.rows, 'deadlines')

  const length = Buffer.alloc(4)
  length.writeUInt32BE(coded.length)
  const before = bytes.subarray(0, entries - HASH_LEN)
  const status = bytes.subarray(entries + ENTRY_LEN, entries + ENTRY_LEN + bytes.readUInt32BE(table + HASH_LEN))
  const forged = Buffer.concat([before, sha256(plain), length, sha256(coded).subarray(0, 8), status, coded])
  await refusesAsync(() => readBundle(forged, roots), /the block table is not as promised/)
})

test('no hash of a tile can be changed', () => {
  for (let leaf = 0; leaf < p.checkpoint.size; leaf++) {
    const tile = `tile/0/${String(Math.floor(leaf / 256)).padStart(3, '0')}`
    const tree = openTree((path) => {
      const bytes = read(`log/${path}`)
      return path.startsWith(tile) ? flipped(bytes, (leaf % 256) * 256 + (leaf % 256)) : bytes
    }, p.checkpoint.size)
    assert.notDeepEqual(tree.root(), p.checkpoint.root)
  }
})

test('a block with a byte changed never passes for another', () => {
  const hashes = readHashes(read(hashesName), statement)
  const bytes = read(`deadlines/${hashes[0].toString('hex')}.block`)
  for (let i = 0; i < bytes.length; i++) {
    try {
      assert.deepEqual(readBlock(flipped(bytes, i * 8), statement, hashes, 0), p.deadlines.blocks[0])
    } catch (e) {
      assert.equal(e.constructor.name, 'Refused', e.stack)
    }
  }
})
