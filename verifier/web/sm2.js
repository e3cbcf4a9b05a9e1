// SM2 with SM3 (GB/T 32918) as docs/formats.md, "Algorithms and keys", has it: signatures are checked by sm-crypto, which is
// fetched when the first of them is met. Nothing secret here.
import { toHex, toNumber } from './bytes.js'

const USER_ID = '1234567812345678'
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const A = P - 3n
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n

// A point of the curve, its coordinates below p.
export function isPoint(x, y) {
  const [a, b] = [toNumber(x), toNumber(y)]
  return a < P && b < P && (b * b - (a * a * a + A * a + B)) % P === 0n
}

// The package as it is published gives itself out through `self`, when it is loaded as a module too.
let library
async function load() {
  library ??= import('./sm-crypto.js').then(() => self.sm2)
  return library
}

function inRange(bytes) {
  const number = toNumber(bytes)
  return number > 0n && number < N
}

export async function holds({ x, y }, message, signature) {
  if (!inRange(signature.subarray(0, 32)) || !inRange(signature.subarray(32))) return false
  const sm2 = await load()
  return sm2.doVerifySignature([...message], toHex(signature), `04${toHex(x)}${toHex(y)}`, { hash: true, der: false, userId: USER_ID })
}
