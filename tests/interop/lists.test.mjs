// Lists of several blocks, of which the last is short, in every coding.
import assert from 'node:assert/strict'
import test from 'node:test'
import { BLOCK_ROWS, CODINGS, blockRows, deadlineAt } from './columns.mjs'
import { readBundle } from './bundle.mjs'
import { readBlock, readHashes, readStatement } from './deadlines.mjs'
import { readStatusList } from './status.mjs'
import { readRoots, readTrustList } from './trust.mjs'
import { readMade, refuses } from './testing.mjs'

const ROW_LEN = 6
const roots = readRoots(readMade('home', 'root.cbor'))
const trust = await readTrustList(readMade('publish', 'trust.cbor'), roots)
const rows = readMade('lists', 'rows.bin')
const count = rows.length / ROW_LEN

function expected(index) {
  const at = index * ROW_LEN
  return { status: rows[at], version: rows.readUInt16BE(at + 1), deadline: rows.readUIntBE(at + 3, 3) }
}

// deepEqual of some hundred thousand rows would take a minute.
function same(a, b) {
  return a.status === b.status && a.version === b.version && a.deadline === b.deadline
}

const statement = await readStatement(readMade('lists', 'deadlines.cwt'), trust)
const hashes = readHashes(readMade('lists', 'deadlines', `${statement.root.toString('hex')}.hashes`), statement)
const coded = hashes.map((hash) => readMade('lists', 'deadlines', `${hash.toString('hex')}.block`))

test('there are several blocks, the last one short', () => {
  assert.equal(statement.rows, count)
  assert.ok(hashes.length > 2 && count % BLOCK_ROWS !== 0)
})

test('the status list says of every row what was put into it', async () => {
  const list = await readStatusList(readMade('lists', 'status.cwt'), trust)
  for (let i = 0; i < count; i++) assert.equal(list.at(i), rows[i * ROW_LEN], `row ${i}`)
  refuses(() => list.at(Math.ceil(count / 4) * 4))
})

test('the deadline list says of every row what was put into it', () => {
  const blocks = coded.map((bytes, i) => readBlock(bytes, statement, hashes, i))
  for (let i = 0; i < count; i++) {
    const block = Math.floor(i / BLOCK_ROWS)
    const row = deadlineAt(blocks[block], blockRows(count, block), i % BLOCK_ROWS)
    assert.ok(same({ ...row, status: rows[i * ROW_LEN] }, expected(i)), `row ${i}`)
  }
})

test('the bundle says of every row what was put into it', async () => {
  const bundle = await readBundle(readMade('lists', 'bundle.scb'), roots)
  assert.equal(bundle.header.rows, count)
  for (let i = 0; i < count; i++) assert.ok(same(bundle.row(i), expected(i)), `row ${i}`)
  refuses(() => bundle.row(count))
})

test('every coding is met with', () => {
  const met = new Set()
  for (const bytes of coded) {
    for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt32BE(at + 1)) met.add(bytes[at])
  }
  assert.deepEqual([...met].sort(), CODINGS.map((_, i) => i))
})

test('a block in the place of another is refused', () => {
  refuses(() => readBlock(coded[1], statement, hashes, 2))
})
