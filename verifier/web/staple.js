// The staple: a live code beside a token, which says what the lists said of it a moment ago (docs/formats.md, "Staple").
import { equal, sha256 } from './bytes.js'
import { needArray, needBytes, needUint, read } from './cbor.js'
import { readSign1, sign1Holds } from './cose.js'
import { readQrText } from './digits.js'
import { need, unlessRefused } from './refused.js'
import { DATE_MAX } from './token.js'
import { USE } from './trust.js'

export const STAPLE_MAX = 104
export const STAPLE_GOOD_S = 600

const LEAF_LEN = 12
const KEYS_MAX = 4 // current ones that are tried
const IAT_MAX = 2 ** 32 - 1
const STATES = { 90: 'valid', 2: 'suspended', 3: 'revoked' }

// { message, leaf, state, deadline, iat }, not believed yet.
export function readStaple(bytes) {
  need(bytes.length <= STAPLE_MAX, `a staple of more than ${STAPLE_MAX} bytes`)
  const message = readSign1(bytes)
  need(!message.header.kid && message.header.typ === undefined, "a staple's header has an algorithm alone")
  const [leaf, state, deadline, iat] = needArray(read(message.payload, 'a staple'), 'a staple', 4)
  need(Number.isSafeInteger(state) && state in STATES, 'a state that no staple tells')
  return {
    message,
    leaf: needBytes(leaf, 'the leaf', LEAF_LEN),
    state: STATES[state],
    deadline: needUint(deadline, 'the deadline', 0, DATE_MAX),
    iat: needUint(iat, 'the time', 0, IAT_MAX),
  }
}

// There is no kid: each current key is tried.
async function isSigned({ message, iat }, trust) {
  const keys = trust.keys.filter((key) => key.use === USE.staple && key.notBefore <= iat && iat <= key.notAfter)
  for (const key of keys.slice(0, KEYS_MAX)) if (await sign1Holds(message, key)) return true
  return false
}

// Whether a live code was made for exactly these bytes of a token.
export async function isStapleOf({ leaf }, token) {
  return equal((await sha256(Uint8Array.of(0), token)).subarray(0, LEAF_LEN), leaf)
}

async function objection(staple, token, now) {
  if (!(await isStapleOf(staple, token))) return 'staple_other'
  if (now - staple.iat > STAPLE_GOOD_S) return 'staple_expired'
  return staple.iat - now > STAPLE_GOOD_S ? 'staple_ahead' : undefined
}

// May it be believed beside this token, which has been verified? { staple }, or { why }: the problem for which it may not.
export async function checkStaple(bytes, token, trust, now) {
  const staple = await unlessRefused(() => readStaple(bytes))
  if (!staple) return { why: 'staple_format' }
  const why = (await isSigned(staple, trust)) ? await objection(staple, token, now) : 'staple_signature'
  return why ? { why } : { staple }
}

// The bytes of a text: what is no bare digits is no live code either, and the judgement says so.
export async function stapleBytes(text) {
  const read = await unlessRefused(() => readQrText(text))
  return read?.host === '' ? read.bytes : Uint8Array.of(0)
}

// Whether a text is a live code by its form, and so belongs beside a certificate's.
export async function isStapleText(text) {
  const bytes = await stapleBytes(text)
  return (await unlessRefused(() => readStaple(bytes))) !== undefined
}
