// What changed from one bundle to a later one (docs/formats.md, "Delta"), applied to a bundle that bundle.mjs has read.
import { TAG_SIGN1, Tagged, needArray, needBytes, needMap, needUint, read, write } from './cbor.mjs'
import { BLOCK_ROWS, HASH_LEN, ROWS_MAX, blockCount, blockRows, rootOf } from './columns.mjs'
import { readSign1, sha256 } from './cose.mjs'
import { readTime } from './cwt.mjs'
import { need, needEqual } from './refused.mjs'
import { readTrustList } from './trust.mjs'

const TYP = 'application/sitecert-delta+cbor'
const TYP_BUNDLE = 'application/sitecert-bundle+cbor'
const DELTA_MAX = 16 * 2 ** 20
const SECTIONS = ['trust', 'directory', 'policy', 'checkpoint', 'survivors', 'selftest']
const NOTE_LINE_LEN = 68
const STEPS = [0, 365, 366, 730, 731, 1095, 1096]
const WRITTEN = 7
const WAYS = 9
const VERSION_MAX = 0xffff
const DEADLINE_MAX = 0xffffff

// --- the message ---

function readSections(value) {
  if (value === undefined) return new Map()
  need(value instanceof Map && value.size > 0, 'sections that are none')
  for (const [number, bytes] of value) {
    needUint(number, 'a section', 1, SECTIONS.length)
    needBytes(bytes, 'a section', 1, Infinity)
  }
  return value
}

function readShort(value) {
  if (value === undefined) return undefined
  const [size, root, line] = needArray(value, 'a checkpoint in short', 3)
  return { size: needUint(size, 'log size'), root: needBytes(root, 'log root', HASH_LEN), line: needBytes(line, 'a note line', NOTE_LINE_LEN) }
}

function readPayload(payload) {
  const map = needMap(read(payload, 'a delta'), 'a delta', [1, 2, 3, 4, 5, 6, 9, 10], [7, 8])
  const delta = {
    deployment: needBytes(map.get(1), 'deployment', 32),
    from: needUint(map.get(2), 'from'),
    to: needUint(map.get(3), 'to'),
    issued: readTime(map.get(4), 'issued'),
    exps: needArray(map.get(5), 'exps', 2).map((exp) => readTime(exp, 'exp')),
    rows: needUint(map.get(6), 'rows', 0, ROWS_MAX),
    sections: readSections(map.get(7)),
    checkpoint: readShort(map.get(8)),
    headerSignature: needBytes(map.get(9), 'the header signature', 64),
    changes: needBytes(map.get(10), 'changes', 0, DELTA_MAX),
  }
  need(delta.from < delta.to, 'a delta that leads backwards')
  need(delta.exps.every((exp) => exp >= delta.issued), 'exp is before issued')
  need(!delta.checkpoint || !delta.sections.has(4), 'the checkpoint twice')
  return delta
}

// --- changed rows ---

function* readChanges({ changes, issued }) {
  const base = Math.floor(issued / 86400)
  let at = 0
  let next = 0
  let last
  const byte = () => {
    need(at < changes.length, 'changed rows cut short')
    return changes[at++]
  }
  const number = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const b = byte()
      need(scale <= 128 ** 4 && !(b === 0 && scale > 1), 'a number longer than it need be')
      value += (b & 127) * scale
      if (b < 128) break
    }
    need(value < 2 ** 32, 'a number that is too large')
    return value
  }
  while (at < changes.length) {
    const index = next + number()
    need(index < ROWS_MAX, 'a changed row past the last')
    next = index + 1
    const code = byte()
    need(code < WAYS * 9, 'no code of a changed row')
    const [status, versionWay, deadlineWay] = [code % 3, Math.floor(code / 3) % 3, Math.floor(code / 9)]
    const version = versionWay === 2 ? number() : undefined
    if (deadlineWay === WRITTEN) {
      const folded = number()
      last = base + (folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2)
    }
    need(deadlineWay < WRITTEN || last >= 0, 'a deadline like one that is not there')
    yield {
      index,
      status,
      version: (old) => version ?? old + versionWay,
      deadline: (old) => (deadlineWay >= WRITTEN ? last : old + STEPS[deadlineWay]),
    }
  }
}

// All rows of a bundle, those past its last never assigned.
function rowsOf(bundle, count) {
  const out = []
  for (let i = 0; i < count; i++) out.push(i < bundle.header.rows ? bundle.row(i) : { status: 0, version: 0, deadline: 0 })
  return out
}

function changeRows(rows, delta) {
  for (const { index, status, version, deadline } of readChanges(delta)) {
    need(index < rows.length, 'a changed row past the last')
    const row = { status, version: version(rows[index].version), deadline: deadline(rows[index].deadline) }
    need(row.version <= VERSION_MAX && row.deadline <= DEADLINE_MAX, 'a row beyond what a column holds')
    rows[index] = row
  }
}

// --- what is signed of them ---

function plainStatus(rows) {
  const plain = Buffer.alloc(Math.ceil(rows.length / 4))
  rows.forEach(({ status }, i) => (plain[i >> 2] |= status << (2 * (i & 3))))
  return plain
}

function plainDeadlines(rows) {
  const plain = Buffer.alloc(rows.length * 5)
  rows.forEach(({ version, deadline }, i) => {
    plain.writeUInt16BE(version, 2 * i)
    plain.writeUIntBE(deadline, 2 * rows.length + 3 * i, 3)
  })
  return plain
}

function blocksOf(rows, plainOf) {
  return Array.from({ length: blockCount(rows.length) }, (_, i) => plainOf(rows.slice(i * BLOCK_ROWS, i * BLOCK_ROWS + blockRows(rows.length, i))))
}

function headerOf(delta, sections, sets) {
  return write(
    new Map([
      [1, delta.deployment],
      [2, delta.to],
      [3, delta.issued],
      [4, SECTIONS.map((name) => [sections[name].length, sha256(sections[name])])],
      [5, sets.map((blocks, i) => [delta.rows, delta.exps[i], rootOf(Buffer.concat(blocks.map((b) => sha256(b))))])],
    ]),
  )
}

function noteOf({ size, root, line }, origin) {
  return Buffer.from(`${origin}\n${size}\n${root.toString('base64')}\n\n— ${origin} ${line.toString('base64')}\n`)
}

// --- together ---

// bundle: of readBundle or of applyDelta. Gives what the next delta, or a reader of rows, needs of the new one.
export async function applyDelta(bundle, bytes) {
  need(bytes.length <= DELTA_MAX, 'a delta that is too long')
  const message = readSign1(bytes)
  const delta = readPayload(message.payload)
  needEqual(delta.deployment, bundle.header.deployment, "the delta's deployment")
  need(delta.from === bundle.header.sequence, 'a delta for another sequence')
  need(delta.rows >= bundle.header.rows && delta.issued >= bundle.header.issued, 'fewer rows, or an earlier time')
  need(delta.rows - bundle.header.rows < delta.changes.length / 2 + BLOCK_ROWS, 'too few of the new rows are named')

  const sections = { ...bundle.sections }
  for (const [number, section] of delta.sections) sections[SECTIONS[number - 1]] = Buffer.from(section)
  const trust = delta.sections.has(1) ? await readTrustList(sections.trust, bundle.trust.roots) : bundle.trust
  need(!delta.sections.has(1) || trust.sequence > bundle.trust.sequence, 'an older trust list')
  await trust.needSigned(message, TYP, delta.issued)
  if (delta.checkpoint) sections.checkpoint = noteOf(delta.checkpoint, trust.logOrigin)

  const rows = rowsOf(bundle, delta.rows)
  changeRows(rows, delta)
  const sets = [blocksOf(rows, plainStatus), blocksOf(rows, plainDeadlines)]
  const payload = headerOf(delta, sections, sets)
  const protectedHeader = write(new Map([[1, message.header.alg], [4, message.header.kid], [16, TYP_BUNDLE]]))
  const header = readSign1(write(new Tagged(TAG_SIGN1, [protectedHeader, new Map(), payload, delta.headerSignature])))
  await trust.needSigned(header, TYP_BUNDLE, delta.issued)
  return {
    header: { deployment: delta.deployment, sequence: delta.to, issued: delta.issued, rows: delta.rows, sets: delta.exps.map((exp) => ({ exp })) },
    sections,
    trust,
    row: (index) => rows[index],
  }
}
