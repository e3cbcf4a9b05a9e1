// SM2 with SM3 (GB/T 32918) as docs/formats.md, "Algorithms and keys", has it. The hash is sm-crypto's, fetched when the first
// signature is met; the curve's arithmetic stands here, since a check by that package takes ten times as long. Nothing secret here.
import { concat, fromHex, toNumber, utf8 } from './bytes.js'

const USER_ID = utf8('1234567812345678')
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
// a, b, and x and y of the base point: as they are hashed.
const PARAMETERS = [
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc', '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93',
  '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7', 'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
].map(fromHex)
const [A, B, GX, GY] = PARAMETERS.map(toNumber)

// A point of the curve, its coordinates below p.
export function isPoint(x, y) {
  const [a, b] = [toNumber(x), toNumber(y)]
  return a < P && b < P && (b * b - (a * a * a + A * a + B)) % P === 0n
}

// --- points, as [X, Y, Z] with x = X / Z, y = Y / Z ---

const ZERO = [0n, 1n, 0n]
const BASE = [GX, GY, 1n]

// Any two points, the same one twice too: Renes, Costello and Batina, "Complete addition formulas for prime order elliptic
// curves", section 3, with a = -3. Remainders keep their signs: only whether they are 0 is asked.
function add([x1, y1, z1], [x2, y2, z2]) {
  const [xx, yy, zz] = [(x1 * x2) % P, (y1 * y2) % P, (z1 * z2) % P]
  const xy = (x1 * y2 + x2 * y1) % P
  const xz = (x1 * z2 + x2 * z1) % P
  const yz = (y1 * z2 + y2 * z1) % P
  const c = 3n * (B * zz - xz)
  const [u, v] = [(yy - c) % P, (yy + c) % P]
  const w = (3n * (B * xz - xx - 3n * zz)) % P
  const t = 3n * (xx - zz)
  return [(xy * u - yz * w) % P, (t * w + v * u) % P, (yz * v + xy * t) % P]
}

const bitsOf = (number) => number.toString(2).padStart(256, '0')

// s times the base point and t times another, bit by bit of both.
function timesBoth(s, t, point) {
  const some = { '01': point, '10': BASE, '11': add(BASE, point) }
  const [a, b] = [bitsOf(s), bitsOf(t)]
  let sum = ZERO
  for (let i = 0; i < 256; i++) {
    sum = add(sum, sum)
    const more = some[a[i] + b[i]]
    if (more) sum = add(sum, more)
  }
  return sum
}

// --- signatures ---

const inRange = (number) => number > 0n && number < N

// GB/T 32918.2 section 7 from the digest e on. Its x1 is one of two numbers, both tried, so that nothing is divided.
export function digestHolds({ x, y }, e, r, s) {
  const t = (r + s) % N
  if (!inRange(r) || !inRange(s) || t === 0n) return false
  const [X, , Z] = timesBoth(s, t, [toNumber(x), toNumber(y), 1n])
  const x1 = (((r - e) % N) + N) % N
  return Z !== 0n && [x1, x1 + N].some((one) => one < P && (one * Z - X) % P === 0n)
}

// The package as it is published gives itself out through `self`, when it is loaded as a module too.
let library
function load() {
  library ??= import('./sm3.js').then(() => (...parts) => fromHex(self.sm3(concat(...parts))))
  return library
}

export async function holds(key, message, signature) {
  const sm3 = await load()
  const z = sm3(Uint8Array.of(0, USER_ID.length * 8), USER_ID, ...PARAMETERS, key.x, key.y)
  return digestHolds(key, toNumber(sm3(z, message)), toNumber(signature.subarray(0, 32)), toNumber(signature.subarray(32)))
}
