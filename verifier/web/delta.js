// A delta: what changed from one bundle to a later one (docs/formats.md, "Delta"). What it says, not yet believed.
import { needArray, needBytes, needMap, needUint, read } from './cbor.js'
import { HASH_LEN, ROWS_MAX } from './columns.js'
import { readSign1 } from './cose.js'
import { TIME_MAX } from './directory.js'
import { SIGNATURE_LEN } from './keys.js'
import { need } from './refused.js'

export const DELTA_MAX = 16 * 2 ** 20

const SECTION_COUNT = 6
const CHECKPOINT = 4
const NOTE_LINE_LEN = 68
const DAY_S = 86400

// --- the message ---

function readSections(value) {
  const sections = needMap(value, 'sections', [], [1, 2, 3, 4, 5, 6])
  need(sections.size > 0 && sections.size <= SECTION_COUNT, 'sections, but none')
  for (const bytes of sections.values()) needBytes(bytes, 'a section', 1, DELTA_MAX)
  return sections
}

// Our log's note without what is known of it.
function readShort(value) {
  const [size, root, line] = needArray(value, 'a checkpoint in short', 3)
  need(typeof size === 'bigint' || Number.isSafeInteger(size), 'log size')
  return { size, root: needBytes(root, 'log root', HASH_LEN), line: needBytes(line, 'a note line', NOTE_LINE_LEN) }
}

const readTime = (value, what) => needUint(value, what, 0, TIME_MAX)

function readPayload(payload) {
  const map = needMap(read(payload, 'a delta'), 'a delta', [1, 2, 3, 4, 5, 6, 9, 10], [7, 8])
  const delta = {
    deployment: needBytes(map.get(1), 'deployment', 32),
    from: needUint(map.get(2), 'from'),
    to: needUint(map.get(3), 'to'),
    issued: readTime(map.get(4), 'issued'),
    exps: needArray(map.get(5), 'exps', 2).map((exp) => readTime(exp, 'exp')),
    rows: needUint(map.get(6), 'rows', 0, ROWS_MAX),
    sections: map.has(7) ? readSections(map.get(7)) : new Map(),
    checkpoint: map.has(8) ? readShort(map.get(8)) : undefined,
    headerSignature: needBytes(map.get(9), 'the header signature', SIGNATURE_LEN),
    changes: needBytes(map.get(10), 'changes', 0, DELTA_MAX),
  }
  need(delta.from < delta.to, 'a delta that leads backwards')
  need(delta.exps.every((exp) => exp >= delta.issued), 'exp is before issued')
  need(!delta.checkpoint || !delta.sections.has(CHECKPOINT), 'the checkpoint twice')
  return delta
}

// { message, …what it says }.
export function readDelta(bytes) {
  need(bytes.length <= DELTA_MAX, 'a delta that is too long')
  const message = readSign1(bytes)
  return { message, ...readPayload(message.payload) }
}

// --- changed rows ---

const STEPS = [0, 365, 366, 730, 731, 1095, 1096] // days that a deadline moves
const WAYS = { writtenVersion: 2, writtenDeadline: 7, count: 9 }
const CODES = WAYS.count * 3 * 3
const NUMBER_BYTES = 5

class Rows {
  constructor(bytes) {
    this.bytes = bytes
    this.at = 0
  }

  byte() {
    need(this.at < this.bytes.length, 'the changed rows are cut short')
    return this.bytes[this.at++]
  }

  number() {
    let value = 0
    for (let i = 0; ; i++) {
      const byte = this.byte()
      need(i < NUMBER_BYTES && (byte > 0 || i === 0), 'a number longer than it need be')
      value += (byte & 127) * 128 ** i
      if (byte < 128) break
    }
    need(value < 2 ** 32, 'a number over 32 bits')
    return value
  }
}

const unfold = (n) => (n % 2 === 0 ? n / 2 : -(n + 1) / 2)

// Each of the changed rows, ascending: { index, change }; change makes of a row { status, version, deadline } the new one.
export function* changesOf({ changes, issued }) {
  const rows = new Rows(changes)
  const base = Math.floor(issued / DAY_S)
  let last = -1
  for (let next = 0; rows.at < changes.length; ) {
    const index = next + rows.number()
    need(index < ROWS_MAX, 'a changed row past the last that may be')
    next = index + 1
    const code = rows.byte()
    need(code < CODES, 'no code of a changed row')
    const [status, versionWay, deadlineWay] = [code % 3, Math.floor(code / 3) % 3, Math.floor(code / 9)]
    const version = versionWay === WAYS.writtenVersion ? rows.number() : undefined
    if (deadlineWay === WAYS.writtenDeadline) last = base + unfold(rows.number())
    const isSet = deadlineWay >= WAYS.writtenDeadline
    need(!isSet || last >= 0, 'a deadline like one that is not there')
    const deadline = last
    const change = (row) => ({ status, version: version ?? row.version + versionWay, deadline: isSet ? deadline : row.deadline + STEPS[deadlineWay] })
    yield { index, change }
  }
}
