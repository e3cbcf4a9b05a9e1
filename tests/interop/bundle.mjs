// The bundle: all an inspector's device needs, in one file (docs/formats.md, "Bundle").
import { needArray, needBool, needBytes, needMap, needText, needUint, read } from './cbor.mjs'
import { BLOCK_ROWS, HASH_LEN, ROWS_MAX, blockCount, blockRows, deadlineAt, decodeBlock, rootOf, statusAt } from './columns.mjs'
import { checkSign1, readSign1, sha256 } from './cose.mjs'
import { readTime } from './cwt.mjs'
import { readDirectory } from './directory.mjs'
import { readPolicy } from './policy.mjs'
import { Refused, need, needEqual } from './refused.mjs'
import { readCheckpoint } from './tlog.mjs'
import { readTrustList } from './trust.mjs'

const MAGIC = 'SCBUNDL1'
const TYP = 'application/sitecert-bundle+cbor'
const HEADER_MAX = 4096
const SECTION_MAX = 64 * 2 ** 20
const CHECK_LEN = 8
const ENTRY_LEN = 4 + CHECK_LEN
const SECTIONS = ['trust', 'directory', 'policy', 'checkpoint', 'survivors', 'selftest']
const SETS = ['status', 'deadlines']
const SURVIVOR_LEN = 10
const VECTORS_MAX = 64
const VECTOR_MAX = 768

// Takes bytes off the front of a file.
function cutter(file) {
  let at = 0
  return {
    take(length, what) {
      need(file.length - at >= length, `${what} is cut short`)
      at += length
      return file.subarray(at - length, at)
    },
    left: () => file.length - at,
  }
}

// --- the header ---

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
  need(header.sets[0].rows === header.sets[1].rows, 'column sets of different lengths')
  for (const set of header.sets) need(set.exp >= header.issued, 'exp is before issued')
  return { ...header, rows: header.sets[0].rows }
}

// --- blocks ---

function readTable(cut, header) {
  const blocks = blockCount(header.rows)
  return header.sets.map((set) => {
    const hashes = cut.take(blocks * HASH_LEN, 'the block table')
    const entries = cut.take(blocks * ENTRY_LEN, 'the block table')
    needEqual(rootOf(hashes), set.root, 'the block table')
    return { hashes, entries }
  })
}

function readBlocks(cut, header, { hashes, entries }, set) {
  const blocks = []
  for (let i = 0; i < blockCount(header.rows); i++) {
    const entry = entries.subarray(i * ENTRY_LEN, (i + 1) * ENTRY_LEN)
    const coded = cut.take(entry.readUInt32BE(0), `block ${i} of the ${set}`)
    needEqual(sha256(coded).subarray(0, CHECK_LEN), entry.subarray(4), `block ${i} of the ${set}, as coded,`)
    const plain = decodeBlock(coded, blockRows(header.rows, i), set)
    needEqual(sha256(plain), hashes.subarray(i * HASH_LEN, (i + 1) * HASH_LEN), `block ${i} of the ${set}`)
    blocks.push(plain)
  }
  return blocks
}

// --- the sections that only the bundle has ---

// For each key that is cut off and has a set: what the log held at each of its indexes before the theft.
function readSurvivors(bytes, trust) {
  const map = read(bytes, 'the survivors')
  need(map instanceof Map, 'the survivors are not a map')
  for (const [kid, leaves] of map) {
    needText(kid, 'a kid', 16, 16, /^[0-9a-f]+$/)
    const key = trust.keys.find((k) => k.kid.toString('hex') === kid && k.cutOff?.survivors)
    if (!key) continue
    needBytes(leaves, 'survivors', (key.end - key.first) * SURVIVOR_LEN)
    needEqual(sha256(leaves), key.cutOff.survivors, 'the survivors of a key')
  }
  return map
}

async function holds(bytes, trust) {
  try {
    const message = readSign1(bytes)
    for (const key of trust.keysOf(message.header.kid)) if (await checkSign1(message, key)) return true
    return false
  } catch (e) {
    if (e instanceof Refused) return false
    throw e
  }
}

// The device's own check: messages, and whether their signatures hold.
async function needSelftest(bytes, trust) {
  for (const vector of needArray(read(bytes, 'the self-test'), 'the self-test', 0, VECTORS_MAX)) {
    const [message, good] = needArray(vector, 'a self-test vector', 2)
    needBool(good, 'what a self-test vector expects')
    need((await holds(needBytes(message, 'a self-test message', 0, VECTOR_MAX), trust)) === good, 'a self-test vector comes out otherwise')
  }
}

// --- all of it ---

// roots: of readRoots; undefined: pins the bundle's own. Reads and checks every byte.
export async function readBundle(file, roots) {
  const cut = cutter(file)
  need(cut.take(MAGIC.length, 'the magic').toString('latin1') === MAGIC, 'not a bundle')
  const length = cut.take(4, 'the header').readUInt32BE(0)
  need(length <= HEADER_MAX, 'a header that is too long')
  const message = readSign1(cut.take(length, 'the header'))
  const header = readHeader(message.payload)

  const sections = {}
  header.sections.forEach(({ length: bytes }, i) => (sections[SECTIONS[i]] = cut.take(bytes, `section ${SECTIONS[i]}`)))
  const trust = await readTrustList(sections.trust, roots)
  await trust.needSigned(message, TYP, header.issued)
  needEqual(trust.deployment, header.deployment, "the bundle's deployment")
  header.sections.forEach(({ hash }, i) => needEqual(sha256(sections[SECTIONS[i]]), hash, `section ${SECTIONS[i]}`))

  const table = readTable(cut, header)
  const status = readBlocks(cut, header, table[0], 'status')
  const deadlines = readBlocks(cut, header, table[1], 'deadlines')
  need(cut.left() === 0, "bytes after the bundle's last block")

  await needSelftest(sections.selftest, trust)
  return {
    header,
    sections,
    trust,
    directory: await readDirectory(sections.directory, trust),
    policy: readPolicy(sections.policy),
    checkpoint: readCheckpoint(sections.checkpoint, trust, header.issued),
    survivors: readSurvivors(sections.survivors, trust),
    status,
    deadlines,
    row(index) {
      need(index < header.rows, 'a status index past the bundle')
      const block = Math.floor(index / BLOCK_ROWS)
      const at = index % BLOCK_ROWS
      return { status: statusAt(status[block], at), ...deadlineAt(deadlines[block], blockRows(header.rows, block), at) }
    },
  }
}
