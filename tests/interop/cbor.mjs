// Deterministic CBOR as docs/formats.md, "CBOR profile", has it: cborg reads, and whatever does not come
// out the same when it is written again is refused.
import { decode, decodeFirst, encode } from 'cborg'
import { Refused, need, refuse } from './refused.mjs'

export const TAG_SIGN1 = 18
export const TAG_SIGN = 98

const DEPTH_MAX = 16

export class Tagged {
  constructor(tag, value) {
    this.tag = tag
    this.value = value
  }
}

const tags = []
for (const tag of [TAG_SIGN1, TAG_SIGN]) tags[tag] = (value) => new Tagged(tag, value)

const READING = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  tags,
}

// RFC 8949 section 4.2.1 compares the encoded keys; cborg promises the order of RFC 7049, shorter keys first, which is
// the same for the integers and texts that we use, and another for other keys.
function byBytes([a], [b]) {
  return Buffer.compare(encode(a.value), encode(b.value))
}

function tagHead(tag) {
  const head = encode(tag)
  head[0] |= 0xc0
  return head
}

export function write(value) {
  if (value instanceof Tagged) return Buffer.concat([tagHead(value.tag), write(value.value)])
  return Buffer.from(encode(value, { mapSorter: byBytes }))
}

// Only what our formats use; a float that is whole would pass for an integer otherwise.
function needKnownKinds(value, depth) {
  need(depth <= DEPTH_MAX, 'CBOR nested too deep')
  if (value instanceof Map) {
    for (const [key, item] of value) {
      need(typeof key === 'string' || isInteger(key), 'a key that is neither integer nor text')
      needKnownKinds(item, depth + 1)
    }
  } else if (Array.isArray(value)) {
    for (const item of value) needKnownKinds(item, depth + 1)
  } else if (value instanceof Tagged) {
    needKnownKinds(value.value, depth + 1)
  } else {
    need(
      isInteger(value) || typeof value === 'string' || typeof value === 'boolean' || value === null ||
        value instanceof Uint8Array,
      'a kind of CBOR item that our formats do not use',
    )
  }
}

function isInteger(value) {
  return Number.isSafeInteger(value) || typeof value === 'bigint'
}

function decodeStrict(bytes, by = decode) {
  try {
    return by(bytes, READING)
  } catch (e) {
    // cborg has no error class of its own, but all its messages begin alike.
    if (e instanceof Refused || !e.message.startsWith('CBOR decode error')) throw e
    return refuse(e.message)
  }
}

// One whole item; byte strings are Uint8Array, maps are Map.
export function read(bytes, what) {
  const value = decodeStrict(new Uint8Array(bytes))
  needKnownKinds(value, 0)
  need(Buffer.compare(write(value), bytes) === 0, `${what} is not deterministic CBOR`)
  return value
}

// The bytes of each of the items that stand one behind the other.
export function split(bytes) {
  const items = []
  for (let rest = new Uint8Array(bytes); rest.length > 0; ) {
    const left = decodeStrict(rest, decodeFirst)[1]
    items.push(Buffer.from(rest.subarray(0, rest.length - left.length)))
    rest = left
  }
  return items
}

// --- shapes ---

export function needUint(value, what, min = 0, max = Number.MAX_SAFE_INTEGER) {
  need(Number.isSafeInteger(value) && value >= min && value <= max, `${what} is not an integer from ${min} to ${max}`)
  return value
}

export function needText(value, what, min, max, pattern = /^/) {
  need(typeof value === 'string', `${what} is not text`)
  const length = Buffer.byteLength(value)
  need(length >= min && length <= max, `${what} has ${length} bytes, not ${min} to ${max}`)
  need(pattern.test(value), `${what} has a character that is not allowed`)
  return value
}

export function needBytes(value, what, min, max = min) {
  need(value instanceof Uint8Array, `${what} is not a byte string`)
  need(value.length >= min && value.length <= max, `${what} has ${value.length} bytes, not ${min} to ${max}`)
  return Buffer.from(value)
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
