// The CBOR profile of docs/formats.md, "CBOR profile": what has another form than the deterministic one is refused while
// it is read. Integers are numbers, those past 2^53 - 1 BigInts; byte strings Uint8Arrays, which borrow the input; maps Maps.
import { compare, concat, fromUtf8, utf8 } from './bytes.js'
import { need, refuse } from './refused.js'

const DEPTH_MAX = 16
const MAJOR = { uint: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 }

export class Tagged {
  constructor(tag, value) {
    this.tag = tag
    this.value = value
  }
}

function asNumber(n) {
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n
}

class Reader {
  constructor(bytes, what) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.what = what
    this.at = 0
  }

  take(length) {
    need(length <= this.bytes.length - this.at, `${this.what} is cut short`)
    this.at += length
    return this.at - length
  }

  // The number of a head whose low five bits are `more`: the shortest form alone.
  argument(more) {
    if (more < 24) return more
    need(more <= 27, `${this.what} has a length that is indefinite or reserved`)
    const size = 1 << (more - 24)
    const at = this.take(size)
    const n = size === 8 ? this.view.getBigUint64(at) : this.view[`getUint${8 * size}`](at)
    const least = [24, 0x100, 0x10000, 0x100000000n][more - 24]
    need(n >= least, `${this.what} has a number in a longer form than it needs`)
    return size === 8 ? asNumber(n) : n
  }

  length(more) {
    const n = this.argument(more)
    need(n <= this.bytes.length - this.at, `${this.what} is cut short`)
    return n
  }

  string(more) {
    const length = this.length(more)
    const at = this.take(length)
    return this.bytes.subarray(at, at + length)
  }

  text(more) {
    const text = fromUtf8(this.string(more))
    return text === undefined ? refuse(`${this.what} has a text that is not UTF-8`) : text
  }

  array(more, depth) {
    const items = []
    for (let left = this.length(more); left > 0; left--) items.push(this.item(depth + 1))
    return items
  }

  map(more, depth) {
    const map = new Map()
    let last
    for (let left = this.length(more); left > 0; left--) {
      const from = this.at
      const major = this.bytes[from] >> 5
      need(major === MAJOR.uint || major === MAJOR.negative || major === MAJOR.text, `${this.what} has a key of another kind`)
      const key = this.item(depth + 1)
      const encoded = this.bytes.subarray(from, this.at)
      need(!last || compare(last, encoded) < 0, `${this.what} has keys that do not ascend`)
      last = encoded
      map.set(key, this.item(depth + 1))
    }
    return map
  }

  simple(more) {
    const values = { 20: false, 21: true, 22: null }
    return more in values ? values[more] : refuse(`${this.what} has a kind of item that our formats do not use`)
  }

  negative(more) {
    const n = this.argument(more)
    return typeof n === 'bigint' || n === Number.MAX_SAFE_INTEGER ? -1n - BigInt(n) : -1 - n
  }

  item(depth) {
    need(depth < DEPTH_MAX, `${this.what} is nested too deep`)
    const head = this.bytes[this.take(1)]
    const more = head & 31
    switch (head >> 5) {
      case MAJOR.uint: return this.argument(more)
      case MAJOR.negative: return this.negative(more)
      case MAJOR.bytes: return this.string(more)
      case MAJOR.text: return this.text(more)
      case MAJOR.array: return this.array(more, depth)
      case MAJOR.map: return this.map(more, depth)
      case MAJOR.tag: return new Tagged(this.argument(more), this.item(depth + 1))
      default: return this.simple(more)
    }
  }
}

// One whole item. what: its name in a refusal.
export function read(bytes, what) {
  const reader = new Reader(bytes, what)
  const value = reader.item(0)
  need(reader.at === bytes.length, `${what} has bytes after its end`)
  return value
}

// The bytes of each of the items that stand one behind the other (RFC 8742), of which there are at most max.
export function split(bytes, what, max) {
  const reader = new Reader(bytes, what)
  const items = []
  while (reader.at < bytes.length) {
    const from = reader.at
    need(items.length < max, `${what} has more than ${max} items`)
    reader.item(0)
    items.push(bytes.subarray(from, reader.at))
  }
  return items
}

// --- writing: what Sig_structures, key ids and the header of a bundle need ---

function head(major, n) {
  if (n < 24) return Uint8Array.of((major << 5) | n)
  if (n < 0x100) return Uint8Array.of((major << 5) | 24, n)
  if (n < 0x10000) return Uint8Array.of((major << 5) | 25, n >> 8, n & 255)
  if (n < 2 ** 32) return Uint8Array.of((major << 5) | 26, n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255)
  const out = new Uint8Array(9)
  out[0] = (major << 5) | 27
  new DataView(out.buffer).setBigUint64(1, BigInt(n))
  return out
}

// Integers that are numbers, texts, byte strings, arrays, tagged items, maps whose keys stand in order.
export function write(value) {
  if (typeof value === 'number') return value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.uint, value)
  if (typeof value === 'string') return concat(head(MAJOR.text, utf8(value).length), utf8(value))
  if (value instanceof Uint8Array) return concat(head(MAJOR.bytes, value.length), value)
  if (value instanceof Tagged) return concat(head(MAJOR.tag, value.tag), write(value.value))
  if (Array.isArray(value)) return concat(head(MAJOR.array, value.length), ...value.map(write))
  return concat(head(MAJOR.map, value.size), ...[...value].flatMap(([key, item]) => [write(key), write(item)]))
}

// --- shapes ---

export function needUint(value, what, min = 0, max = Number.MAX_SAFE_INTEGER) {
  need(Number.isSafeInteger(value) && value >= min && value <= max, `${what} is not an integer from ${min} to ${max}`)
  return value
}

export function needText(value, what, min, max, pattern = /^/) {
  need(typeof value === 'string', `${what} is not text`)
  const length = utf8(value).length
  need(length >= min && length <= max, `${what} has ${length} bytes, not ${min} to ${max}`)
  need(pattern.test(value), `${what} has a character that is not allowed`)
  return value
}

export function needBytes(value, what, min, max = min) {
  need(value instanceof Uint8Array, `${what} is not a byte string`)
  need(value.length >= min && value.length <= max, `${what} has ${value.length} bytes, not ${min} to ${max}`)
  return value
}

export function needBool(value, what) {
  need(typeof value === 'boolean', `${what} is neither true nor false`)
  return value
}

export function needArray(value, what, min, max = min) {
  need(Array.isArray(value), `${what} is not an array`)
  need(value.length >= min && value.length <= max, `${what} has ${value.length} items, not ${min} to ${max}`)
  return value
}

// A map with all the keys needed, and no others than the optional ones.
export function needMap(value, what, needed, optional = []) {
  need(value instanceof Map, `${what} is not a map`)
  for (const key of needed) need(value.has(key), `${what} lacks key ${key}`)
  for (const key of value.keys()) need(needed.includes(key) || optional.includes(key), `${what} has a key ${key}`)
  return value
}
