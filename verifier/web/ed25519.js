// Ed25519 keys and signatures (RFC 8032 section 5.1), for what WebCrypto leaves open: which 32 bytes are a key of ours
// (docs/formats.md, "Algorithms and keys"), and checking where a browser's WebCrypto has no Ed25519. Nothing secret here.
import { concat, toNumber } from './bytes.js'

const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = mod(-121665n * power(121666n, P - 2n))
const ROOT_OF_MINUS_1 = power(2n, (P - 1n) / 4n)
const LOW_255 = 2n ** 255n - 1n

function mod(a) {
  const rest = a % P
  return rest < 0n ? rest + P : rest
}

function power(base, exponent) {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = mod(result * b)
    b = mod(b * b)
  }
  return result
}

function littleEndian(bytes) {
  return toNumber(Uint8Array.from(bytes).reverse())
}

// --- points, as [X, Y, Z, T] with x = X / Z, y = Y / Z, T = XY / Z ---

const ZERO = [0n, 1n, 1n, 0n]

// RFC 8032 section 5.1.3; undefined: not the canonical encoding of a point.
function decode(bytes) {
  const number = littleEndian(bytes)
  const y = number & LOW_255
  if (y >= P) return undefined
  const u = mod(y * y - 1n)
  const xx = mod(u * power(D * y * y + 1n, P - 2n))
  let x = power(xx, (P + 3n) / 8n)
  if (mod(x * x) !== xx) x = mod(x * ROOT_OF_MINUS_1)
  if (mod(x * x) !== xx) return undefined
  const sign = number >> 255n
  if (x === 0n && sign === 1n) return undefined
  if ((x & 1n) !== sign) x = P - x
  return [x, y, 1n, mod(x * y)]
}

// RFC 8032 section 5.1.4; doubles too.
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2))
  const b = mod((y1 + x1) * (y2 + x2))
  const c = mod(2n * D * t1 * t2)
  const d = mod(2n * z1 * z2)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

function times(point, n) {
  let result = ZERO
  for (let p = point, k = n; k > 0n; k >>= 1n) {
    if (k & 1n) result = add(result, p)
    p = add(p, p)
  }
  return result
}

function same([x1, y1, z1], [x2, y2, z2]) {
  return mod(x1 * z2 - x2 * z1) === 0n && mod(y1 * z2 - y2 * z1) === 0n
}

const BASE = decode(Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0x58 : 0x66)))

// A point of the curve in its canonical encoding, and none of the eight of small order.
export function isSoundKey(bytes) {
  const point = decode(bytes)
  return point !== undefined && !same(times(point, 8n), ZERO)
}

// S below the order, R in its canonical encoding: what one signature has in one form only.
export function hasOneForm(signature) {
  return littleEndian(signature.subarray(32)) < L && decode(signature.subarray(0, 32)) !== undefined
}

// For a sound key. RFC 8032 section 5.1.7, without the cofactor, as OpenSSL does.
export async function holds(key, message, signature) {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  const digest = await crypto.subtle.digest('SHA-512', concat(r, key, message))
  const k = littleEndian(new Uint8Array(digest)) % L
  return same(times(BASE, littleEndian(s)), add(decode(r), times(decode(key), k)))
}
