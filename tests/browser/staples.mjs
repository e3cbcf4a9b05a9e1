// Live codes as sitecert-staple makes them, and as others might.
import { write } from '../interop/cbor.mjs'
import { sha256 } from '../interop/cose.mjs'
import { encodeDigits } from '../interop/digits.mjs'
import { makeSign1 } from '../interop/testing.mjs'

export const STATE = { valid: 90, suspended: 2, revoked: 3 }

// The first bytes of the log's leaf hash of these bytes.
export function leafOf(token) {
  return sha256(Buffer.concat([Buffer.of(0), token])).subarray(0, 12)
}

// key: of testing.mjs; iat: Unix seconds; deadline: days since 1970-01-01.
export function makeStaple(key, { leaf, state = STATE.valid, deadline, iat }, { header = new Map([[1, key.alg]]) } = {}) {
  return makeSign1(key, write([leaf, state, deadline, iat]), { header })
}

export const digitsOf = (bytes) => encodeDigits(Buffer.from(bytes))
