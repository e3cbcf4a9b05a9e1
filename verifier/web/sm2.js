// SM2 with SM3 (GB/T 32918) as docs/formats.md, "Algorithms and keys", has it: points by @noble/curves, the hash by sm-crypto,
// which is fetched when the first signature is met. Nothing secret here.
import { concat, fromHex, toNumber, utf8 } from './bytes.js'
import { mulAddUnsafe, weierstrass } from './curves.js'

const USER_ID = utf8('1234567812345678')
// a, b, and x and y of the base point: as they are hashed.
const PARAMETERS = [
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc', '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93',
  '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7', 'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
].map(fromHex)
const [a, b, Gx, Gy] = PARAMETERS.map(toNumber)
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const Point = weierstrass({ p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn, n: N, h: 1n, a, b, Gx, Gy })

const pointOf = ({ x, y }) => Point.fromAffine({ x: toNumber(x), y: toNumber(y) })

// A point of the curve, its coordinates below p; not the point at infinity.
export function isPoint(x, y) {
  try {
    pointOf({ x, y }).assertValidity()
    return true
  } catch {
    return false
  }
}

const inRange = (number) => number > 0n && number < N

// GB/T 32918.2 section 7 from the digest e on.
export function digestHolds(key, e, r, s) {
  const t = (r + s) % N
  if (!inRange(r) || !inRange(s) || t === 0n) return false
  const sum = mulAddUnsafe(Point, [Point.BASE, pointOf(key)], [s, t])
  return !sum.is0() && (e + sum.toAffine().x) % N === r
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
