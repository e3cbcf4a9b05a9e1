// Ed25519 keys and signatures (RFC 8032 section 5.1), for what WebCrypto leaves open: which 32 bytes are a key of ours
// (docs/formats.md, "Algorithms and keys"), and checking where a browser's WebCrypto has no Ed25519. Nothing secret here.
import { concat, toNumber } from './bytes.js'
import { ed25519, mulAddUnsafe } from './curves.js'

const { Point } = ed25519
const { BASE, Fn } = Point

const littleEndian = (bytes) => toNumber(Uint8Array.from(bytes).reverse())

// undefined: not the canonical encoding of a point.
function decode(bytes) {
  try {
    return Point.fromBytes(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}

// A point of the curve in its canonical encoding, and none of the eight of small order.
export function isSoundKey(bytes) {
  const point = decode(bytes)
  return point !== undefined && !point.isSmallOrder()
}

// S below the order, R in its canonical encoding: what one signature has in one form only.
export function hasOneForm(signature) {
  return littleEndian(signature.subarray(32)) < Fn.ORDER && decode(signature.subarray(0, 32)) !== undefined
}

// For a sound key. RFC 8032 section 5.1.7, without the cofactor, as OpenSSL does.
export async function holds(key, message, signature) {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  const digest = await crypto.subtle.digest('SHA-512', concat(r, key, message))
  const k = Fn.create(littleEndian(new Uint8Array(digest)))
  return mulAddUnsafe(Point, [BASE, decode(key).negate()], [littleEndian(s), k]).equals(decode(r))
}
