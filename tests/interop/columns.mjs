// Blocks of columns, and how they are coded (docs/formats.md, "Columns"). What a browser has is enough: raw inflate.
import { inflateRawSync } from 'node:zlib'
import { sha256 } from './cose.mjs'
import { need, refuse } from './refused.mjs'

export const BLOCK_ROWS = 65536
export const ROWS_MAX = 2 ** 28
export const HASH_LEN = 32
export const STATUS = { valid: 0, invalid: 1, suspended: 2 }

const DICTIONARY_MAX = 65535
const SETS = {
  status: (rows) => [{ count: Math.ceil(rows / 4), width: 1 }],
  deadlines: (rows) => [{ count: rows, width: 2 }, { count: rows, width: 3 }],
}

export function blockCount(rows) {
  return Math.ceil(rows / BLOCK_ROWS)
}

export function blockRows(rows, block) {
  return Math.min(BLOCK_ROWS, rows - block * BLOCK_ROWS)
}

// All of the input, and no more of it, in at most max bytes.
export function inflateRaw(coded, max) {
  try {
    const { buffer, engine } = inflateRawSync(coded, { info: true, maxOutputLength: Math.max(max, 1) })
    need(engine.bytesWritten === coded.length, 'bytes after the deflated part')
    return buffer
  } catch (e) {
    if (['Z_DATA_ERROR', 'Z_BUF_ERROR', 'ERR_BUFFER_TOO_LARGE'].includes(e.code)) return refuse(`cannot inflate: ${e.message}`)
    throw e
  }
}

// --- the codings, each giving count × width bytes ---

function constant(coded, { count, width }) {
  need(coded.length === width, 'a constant column of another width')
  return Buffer.alloc(count * width, coded)
}

function planes(coded, { count, width }) {
  const plain = inflateRaw(coded, count * width)
  need(plain.length === count * width, 'byte planes of another length')
  const out = Buffer.alloc(count * width)
  for (let row = 0; row < count; row++) {
    for (let plane = 0; plane < width; plane++) out[row * width + plane] = plain[plane * count + row]
  }
  return out
}

function indexBits(entries) {
  return 32 - Math.clz32(entries - 1)
}

function dictionaryLength(entries, { count, width }) {
  return 2 + entries * width + Math.ceil((count * indexBits(entries)) / 8)
}

function dictionary(coded, part) {
  need(coded.length >= 2, 'a dictionary cut short')
  const entries = coded.readUInt16BE(0)
  need(entries >= 2, 'a dictionary of fewer than 2 entries')
  need(coded.length === dictionaryLength(entries, part), 'a dictionary of another length')
  const { count, width } = part
  const values = []
  for (let i = 0; i < entries; i++) values.push(coded.subarray(2 + i * width, 2 + (i + 1) * width))
  for (let i = 1; i < entries; i++) need(Buffer.compare(values[i - 1], values[i]) < 0, 'the dictionary does not ascend')

  const packed = coded.subarray(2 + entries * width)
  const bits = indexBits(entries)
  const out = []
  let waiting = 0
  let have = 0
  let at = 0
  for (let row = 0; row < count; row++) {
    for (; have < bits; have += 8) waiting |= packed[at++] << have
    const index = waiting & ((1 << bits) - 1)
    waiting >>>= bits
    have -= bits
    need(index < entries, 'an index past the dictionary')
    out.push(values[index])
  }
  need(waiting === 0, "spare bits after the dictionary's indexes")
  return Buffer.concat(out)
}

function dictionaryFlate(coded, part) {
  return dictionary(inflateRaw(coded, dictionaryLength(DICTIONARY_MAX, part)), part)
}

function runs(coded, { count, width }) {
  const plain = inflateRaw(coded, count * (2 + width))
  need(plain.length % (2 + width) === 0, 'the last run is cut short')
  const out = []
  let rows = 0
  for (let at = 0; at < plain.length; at += 2 + width) {
    const length = plain.readUInt16BE(at) + 1
    rows += length
    need(rows <= count, 'runs of too many values')
    out.push(Buffer.alloc(length * width, plain.subarray(at + 2, at + 2 + width)))
  }
  need(rows === count, 'runs of too few values')
  return Buffer.concat(out)
}

export const CODINGS = [constant, planes, dictionary, dictionaryFlate, runs]

// --- blocks ---

function needOurStatuses(plain, rows) {
  for (let row = 0; row < plain.length * 4; row++) {
    const value = statusAt(plain, row)
    need(row < rows ? value <= STATUS.suspended : value === 0, 'a status that is none of ours')
  }
}

// set: 'status' or 'deadlines'. Gives the plain bytes, which are what hashes cover.
export function decodeBlock(coded, rows, set) {
  let at = 0
  const columns = SETS[set](rows).map((part) => {
    need(coded.length - at >= 5, 'a coded column is cut short')
    const coding = coded[at]
    const length = coded.readUInt32BE(at + 1)
    need(coded.length - at - 5 >= length, 'a coded column is cut short')
    need(coding < CODINGS.length, `no column coding ${coding}`)
    const column = CODINGS[coding](coded.subarray(at + 5, at + 5 + length), part)
    at += 5 + length
    return column
  })
  need(at === coded.length, 'bytes after the coded columns')
  const plain = Buffer.concat(columns)
  if (set === 'status') needOurStatuses(plain, rows)
  return plain
}

export function statusAt(plain, row) {
  return (plain[row >> 2] >> (2 * (row & 3))) & 3
}

export function deadlineAt(plain, rows, row) {
  return { version: plain.readUInt16BE(2 * row), deadline: plain.readUIntBE(2 * rows + 3 * row, 3) }
}

// What signed statements hold: the hash of the blocks' hashes, side by side.
export function rootOf(hashes) {
  return sha256(hashes)
}
