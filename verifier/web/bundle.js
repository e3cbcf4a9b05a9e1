// The bundle: all that a device needs to judge with no network (docs/formats.md, "Bundle"). Opening reads header, trust
// list, small sections and block table; a look-up reads and checks one block of each set.
import { equal, sha256, toHex, utf8 } from './bytes.js'
import { needArray, needBool, needBytes, needMap, needUint, read } from './cbor.js'
import { BLOCK_ROWS, HASH_LEN, ROWS_MAX, blockCount, blockRows, deadlineAt, decodeBlock, statusAt } from './columns.js'
import { readSign1 } from './cose.js'
import { TIME_MAX, readDirectory } from './directory.js'
import { readPolicy } from './policy.js'
import { need, unlessRefused } from './refused.js'
import { isWitnessed, readCheckpoint } from './tlog.js'
import { findSigner, needPublished, readTrustList } from './trust.js'

export const MAGIC = 'SCBUNDL1'
export const TYP = 'application/sitecert-bundle+cbor'
const HEADER_MAX = 4096
const SECTION_MAX = 64 * 2 ** 20
const CHECK_LEN = 8
const ENTRY_LEN = 4 + CHECK_LEN
export const SECTIONS = ['trust', 'directory', 'policy', 'checkpoint', 'survivors', 'selftest']
export const SETS = ['status', 'deadlines']
const VECTORS_MAX = 64
const VECTOR_MAX = 768

// Takes bytes off the front of a file.
class Cutter {
  constructor(file) {
    this.file = file
    this.view = new DataView(file.buffer, file.byteOffset, file.length)
    this.at = 0
  }

  take(length, what) {
    need(this.file.length - this.at >= length, `${what} is cut short`)
    this.at += length
    return this.file.subarray(this.at - length, this.at)
  }

  be32(what) {
    this.take(4, what)
    return this.view.getUint32(this.at - 4)
  }
}

// --- the header ---

const readTime = (value, what) => needUint(value, what, 0, TIME_MAX)

function readSection(value) {
  const [length, hash] = needArray(value, 'a section', 2)
  return { length: needUint(length, 'section length', 0, SECTION_MAX), hash: needBytes(hash, 'section hash', HASH_LEN) }
}

function readSet(value) {
  const [rows, exp, root] = needArray(value, 'a column set', 3)
  return { rows: needUint(rows, 'rows', 0, ROWS_MAX), exp: readTime(exp, 'exp'), root: needBytes(root, 'root', HASH_LEN) }
}

function readHeader(payload) {
  const map = needMap(read(payload, "the bundle's header"), "the bundle's header", [1, 2, 3, 4, 5])
  const header = {
    deployment: needBytes(map.get(1), 'deployment', 32),
    sequence: needUint(map.get(2), 'sequence'),
    issued: readTime(map.get(3), 'issued'),
    sections: needArray(map.get(4), 'sections', SECTIONS.length).map(readSection),
    sets: needArray(map.get(5), 'column sets', SETS.length).map(readSet),
  }
  const [status, deadlines] = header.sets
  need(status.rows === deadlines.rows, 'column sets of different lengths')
  need(status.exp >= header.issued && deadlines.exp >= header.issued, 'exp is before issued')
  return { ...header, rows: status.rows }
}

// --- blocks ---

async function readTable(cut, header) {
  const blocks = blockCount(header.rows)
  const table = []
  for (const { root } of header.sets) {
    const hashes = cut.take(blocks * HASH_LEN, 'the block table')
    const entries = cut.take(blocks * ENTRY_LEN, 'the block table')
    need(equal(await sha256(hashes), root), 'the block table is not what the header promises')
    table.push({ hashes, entries })
  }
  return table
}

// Where each block stands: together they fill the file to its last byte.
function placeBlocks(cut, table) {
  for (const set of table) {
    const view = new DataView(set.entries.buffer, set.entries.byteOffset, set.entries.length)
    set.coded = []
    for (let at = 0; at < set.entries.length; at += ENTRY_LEN) set.coded.push(cut.take(view.getUint32(at), 'a block'))
  }
  need(cut.at === cut.file.length, "bytes after the bundle's last block")
}

async function readBlock(header, { hashes, entries, coded }, set, block) {
  const check = entries.subarray(block * ENTRY_LEN + 4, (block + 1) * ENTRY_LEN)
  need(equal((await sha256(coded[block])).subarray(0, CHECK_LEN), check), "a block's bytes are damaged")
  const plain = await decodeBlock(coded[block], blockRows(header.rows, block), set)
  const hash = hashes.subarray(block * HASH_LEN, (block + 1) * HASH_LEN)
  need(equal(await sha256(plain), hash), 'a block is not what the header promises')
  return plain
}

// One block of each set is kept: inspectors look up one person after another, and a phone is small.
function rowReader(header, table) {
  const kept = SETS.map(() => ({ block: -1, plain: undefined }))
  const load = async (i, block) => {
    if (kept[i].block !== block) kept[i] = { block, plain: await readBlock(header, table[i], SETS[i], block) }
    return kept[i].plain
  }
  // undefined: past the last row. Refused: the block is not what the header promises.
  return async (index) => {
    if (index >= header.rows) return undefined
    const block = Math.floor(index / BLOCK_ROWS)
    const at = index % BLOCK_ROWS
    const [status, deadlines] = [await load(0, block), await load(1, block)]
    return { status: statusAt(status, at), ...deadlineAt(deadlines, blockRows(header.rows, block), at) }
  }
}

// --- what a stolen key signed before ---

const SURVIVOR_LEN = 10

async function readSurvivors(section, hash, key) {
  need(equal(await sha256(section), hash), 'the survivors are not what the header promises')
  const map = read(section, 'the survivors')
  need(map instanceof Map, 'the survivors are not a map')
  const kid = toHex(key.kid)
  if (!map.has(kid)) return undefined
  const set = needBytes(map.get(kid), 'a survivor set', (key.end - key.first) * SURVIVOR_LEN)
  need(equal(await sha256(set), key.cutOff.survivors), 'the survivors of a key are not what the trust list promises')
  return set
}

// What the log held at an index before the key was stolen: zeros where the key had signed no token; undefined: the bundle
// does not say. Refused: it is not what was promised. Each set is read once.
function survivorReader(section, hash) {
  const sets = new Map()
  return async (key, index) => {
    if (!sets.has(key)) sets.set(key, readSurvivors(section, hash, key))
    const set = await sets.get(key)
    const at = (index - key.first) * SURVIVOR_LEN
    return set?.subarray(at, at + SURVIVOR_LEN)
  }
}

// --- the device's own check ---

async function vectorHolds(bytes, trust) {
  const found = await unlessRefused(async () => findSigner(trust, readSign1(bytes)))
  return found?.key !== undefined
}

// Whether the bundle's own vectors come out as signed: a device that disagrees must not judge.
export async function selfTestHolds({ sections, trust }) {
  for (const vector of needArray(read(sections.selftest, 'the self-test'), 'the self-test', 0, VECTORS_MAX)) {
    const [message, good] = needArray(vector, 'a self-test vector', 2)
    needBool(good, 'what a self-test vector expects')
    if ((await vectorHolds(needBytes(message, 'a self-test message', 0, VECTOR_MAX), trust)) !== good) return false
  }
  return true
}

// --- all of it ---

async function needSections(header, sections) {
  for (const [i, name] of SECTIONS.entries()) {
    if (name === 'survivors') continue // may be large: when it is first asked for
    need(equal(await sha256(sections[name]), header.sections[i].hash), `section ${name} is not what the header promises`)
  }
  read(sections.selftest, 'the self-test')
}

// file: Uint8Array, borrowed. roots: of readRoots; undefined: the bundle's own, which the caller pins.
export async function openBundle(file, roots) {
  const cut = new Cutter(file)
  need(equal(cut.take(MAGIC.length, 'the magic'), utf8(MAGIC)), 'not a bundle')
  const length = cut.be32('the header')
  need(length <= HEADER_MAX, 'a header that is too long')
  const message = readSign1(cut.take(length, 'the header'))
  const head = file.subarray(0, cut.at) // what its signature stands in
  const header = readHeader(message.payload)

  const sections = {}
  header.sections.forEach((section, i) => (sections[SECTIONS[i]] = cut.take(section.length, `section ${SECTIONS[i]}`)))
  const trust = await readTrustList(sections.trust, roots)
  await needPublished(trust, message, TYP, header.issued)
  need(equal(trust.deployment, header.deployment), 'a trust list of another deployment')
  const table = await readTable(cut, header)
  placeBlocks(cut, table)
  await needSections(header, sections)
  const checkpoint = await readCheckpoint(sections.checkpoint, trust, header.issued)

  return {
    head,
    header,
    sections,
    trust,
    directory: await readDirectory(sections.directory, trust),
    policy: readPolicy(sections.policy),
    checkpoint,
    witnessed: await isWitnessed(checkpoint, trust),
    table,
    plain: (i, block) => readBlock(header, table[i], SETS[i], block),
    row: rowReader(header, table),
    survivor: survivorReader(sections.survivors, header.sections[SECTIONS.indexOf('survivors')].hash),
  }
}
