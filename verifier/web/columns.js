// Blocks of columns, and how they are coded (docs/formats.md, "Columns").
import { be32, compare, concat } from './bytes.js'
import { deflate, inflate } from './inflate.js'
import { need } from './refused.js'

export const BLOCK_ROWS = 65536
export const ROWS_MAX = 2 ** 28
export const HASH_LEN = 32
export const STATUS = { valid: 0, invalid: 1, suspended: 2 }

const DICTIONARY_MAX = 65535
const RUN_LEN = 2
export const PARTS = {
  status: (rows) => [{ count: Math.ceil(rows / 4), width: 1 }],
  deadlines: (rows) => [{ count: rows, width: 2 }, { count: rows, width: 3 }],
}

export function blockCount(rows) {
  return Math.ceil(rows / BLOCK_ROWS)
}

export function blockRows(rows, block) {
  return Math.min(BLOCK_ROWS, rows - block * BLOCK_ROWS)
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

// --- the codings, each giving count × width bytes ---

function constant(coded, { count, width }) {
  need(coded.length === width, 'a constant column of another width')
  const out = new Uint8Array(count * width)
  for (let at = 0; at < out.length; at++) out[at] = coded[at % width]
  return out
}

async function planes(coded, { count, width }) {
  const plain = await inflate('deflate-raw', coded, count * width)
  need(plain.length === count * width, 'byte planes of another length')
  const out = new Uint8Array(count * width)
  for (let plane = 0; plane < width; plane++) {
    for (let row = 0; row < count; row++) out[row * width + plane] = plain[plane * count + row]
  }
  return out
}

function indexBits(entries) {
  return 32 - Math.clz32(entries - 1)
}

function dictionaryLength(entries, { count, width }) {
  return 2 + entries * width + Math.ceil((count * indexBits(entries)) / 8)
}

function needAscending(values, entries, width) {
  for (let i = 1; i < entries; i++) {
    const at = i * width
    need(compare(values.subarray(at - width, at), values.subarray(at, at + width)) < 0, 'the dictionary does not ascend')
  }
}

function lookUp(packed, values, entries, { count, width }) {
  const out = new Uint8Array(count * width)
  const bits = indexBits(entries)
  let waiting = 0
  let have = 0
  let at = 0
  for (let row = 0; row < count; row++) {
    for (; have < bits; have += 8) waiting |= packed[at++] << have
    const index = waiting & ((1 << bits) - 1)
    waiting >>>= bits
    have -= bits
    need(index < entries, 'an index past the dictionary')
    for (let i = 0; i < width; i++) out[row * width + i] = values[index * width + i]
  }
  need(waiting === 0, "spare bits after the dictionary's indexes")
  return out
}

function dictionary(coded, part) {
  need(coded.length >= 2, 'a dictionary cut short')
  const entries = viewOf(coded).getUint16(0)
  need(entries >= 2, 'a dictionary of fewer than 2 entries')
  need(coded.length === dictionaryLength(entries, part), 'a dictionary of another length')
  const end = 2 + entries * part.width
  const values = coded.subarray(2, end)
  needAscending(values, entries, part.width)
  return lookUp(coded.subarray(end), values, entries, part)
}

async function dictionaryFlate(coded, part) {
  return dictionary(await inflate('deflate-raw', coded, dictionaryLength(DICTIONARY_MAX, part)), part)
}

async function runs(coded, { count, width }) {
  const plain = await inflate('deflate-raw', coded, count * (RUN_LEN + width))
  need(plain.length % (RUN_LEN + width) === 0, 'the last run is cut short')
  const out = new Uint8Array(count * width)
  let rows = 0
  for (let at = 0; at < plain.length; at += RUN_LEN + width) {
    const length = ((plain[at] << 8) | plain[at + 1]) + 1
    need(rows + length <= count, 'runs of too many values')
    for (const end = rows + length; rows < end; rows++) out.set(plain.subarray(at + RUN_LEN, at + RUN_LEN + width), rows * width)
  }
  need(rows === count, 'runs of too few values')
  return out
}

const CODINGS = [constant, planes, dictionary, dictionaryFlate, runs]

// --- blocks ---

function needOurStatuses(plain, rows) {
  for (let row = 0; row < plain.length * 4; row++) {
    const value = statusAt(plain, row)
    need(row < rows ? value <= STATUS.suspended : value === 0, 'a status that is none of ours')
  }
}

// set: 'status' or 'deadlines'. Gives the plain bytes, which are what hashes cover.
export async function decodeBlock(coded, rows, set) {
  const columns = []
  let at = 0
  for (const part of PARTS[set](rows)) {
    need(coded.length - at >= 5, 'a coded column is cut short')
    const length = viewOf(coded).getUint32(at + 1)
    need(coded.length - at - 5 >= length, 'a coded column is cut short')
    need(coded[at] < CODINGS.length, `no column coding ${coded[at]}`)
    columns.push(await CODINGS[coded[at]](coded.subarray(at + 5, at + 5 + length), part))
    at += 5 + length
  }
  need(at === coded.length, 'bytes after the coded columns')
  const plain = concat(...columns)
  if (set === 'status') needOurStatuses(plain, rows)
  return plain
}

// Coded again by this device, by one coding that suits all: planes.
export async function encodeBlock(plain, rows, set) {
  const columns = []
  let at = 0
  for (const { count, width } of PARTS[set](rows)) {
    const out = new Uint8Array(count * width)
    for (let plane = 0, to = 0; plane < width; plane++) {
      for (let row = 0; row < count; row++) out[to++] = plain[at + row * width + plane]
    }
    const packed = await deflate('deflate-raw', out)
    columns.push(Uint8Array.of(CODINGS.indexOf(planes)), be32(packed.length), packed)
    at += out.length
  }
  return concat(...columns)
}

export function statusAt(plain, row) {
  return (plain[row >> 2] >> (2 * (row & 3))) & 3
}

export function deadlineAt(plain, rows, row) {
  const view = viewOf(plain)
  const at = 2 * rows + 3 * row
  return { version: view.getUint16(2 * row), deadline: (view.getUint8(at) << 16) | view.getUint16(at + 1) }
}

// value: below 4.
export function setStatusAt(plain, row, value) {
  const shift = 2 * (row & 3)
  plain[row >> 2] = (plain[row >> 2] & ~(3 << shift)) | (value << shift)
}

export function setDeadlineAt(plain, rows, row, { version, deadline }) {
  const view = viewOf(plain)
  const at = 2 * rows + 3 * row
  view.setUint16(2 * row, version)
  view.setUint8(at, deadline >> 16)
  view.setUint16(at + 1, deadline & 0xffff)
}
