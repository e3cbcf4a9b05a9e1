// COSE_Keys and what they verify (docs/formats.md, "Algorithms and keys"): WebCrypto, and beside it what it leaves open.
import { needBytes, needMap, write } from './cbor.js'
import { equal, sha256, toBase64url, toNumber } from './bytes.js'
import * as ed25519 from './ed25519.js'
import { need, refuse } from './refused.js'
import * as sm2 from './sm2.js'

export const ALG = { es256: -7, eddsa: -8, rs256: -257, sm2: -65538 }
export const KID_LEN = 8
export const SIGNATURE_LEN = 64

const KTY_RSA = 3
const RSA_N_LEN = 384
const RSA_E = Uint8Array.of(1, 0, 1)
const P256_N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const P256_P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

function isP256Point(x, y) {
  const [a, b] = [toNumber(x), toNumber(y)]
  return a < P256_P && b < P256_P && (b * b - (a * a * a - 3n * a + P256_B)) % P256_P === 0n
}

const FORMS = [
  { alg: ALG.es256, kty: 2, crv: 1, labels: [-2, -3], isSound: isP256Point },
  { alg: ALG.eddsa, kty: 1, crv: 6, labels: [-2], isSound: ed25519.isSoundKey },
  { alg: ALG.sm2, kty: 2, crv: -65538, labels: [-2, -3], isSound: sm2.isPoint },
]

// RFC 9679 section 3: the hash of the key with its required members alone, which is all that ours have.
async function withId(key, map) {
  return { ...key, kid: (await sha256(write(map))).slice(0, KID_LEN) }
}

// RFC 8230 section 4. x is what two keys of one owner share.
function readRsaKey(map) {
  needMap(map, 'a COSE_Key', [1, -1, -2])
  const n = needBytes(map.get(-1), 'a modulus', RSA_N_LEN)
  need(n[0] >= 128 && n[RSA_N_LEN - 1] % 2 === 1, 'a modulus that is even or has not 3072 bits')
  need(equal(needBytes(map.get(-2), 'an exponent', 3), RSA_E), 'an exponent that is not 65537')
  return withId({ alg: ALG.rs256, x: n.slice(0, 32) }, map)
}

// { alg, kid, x, y }: of a key that its curve has.
export async function readKey(map) {
  if (map instanceof Map && map.get(1) === KTY_RSA) return readRsaKey(map)
  const form = FORMS.find((f) => map instanceof Map && f.kty === map.get(1) && f.crv === map.get(-1))
  if (!form) return refuse('a COSE_Key of no form that this reader knows')
  needMap(map, 'a COSE_Key', [1, -1, ...form.labels])
  const [x, y] = form.labels.map((label) => needBytes(map.get(label), 'a coordinate', 32).slice())
  need(form.isSound(x, y), 'a key that is not one of its curve, or of small order')
  return withId({ alg: form.alg, x, y }, map)
}

// --- signatures ---

// The key in the form of the browser; made once, when the first signature is met.
function imported(key, jwk, algorithm) {
  key.imported ??= crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify'])
  return key.imported
}

// ECDSA has a twin (r, n - s) of every signature: the lower one alone is ours.
async function es256Holds(key, message, signature) {
  if (toNumber(signature.subarray(32)) > P256_N >> 1n) return false
  const jwk = { kty: 'EC', crv: 'P-256', x: toBase64url(key.x), y: toBase64url(key.y) }
  const object = await imported(key, jwk, { name: 'ECDSA', namedCurve: 'P-256' })
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, object, signature, message)
}

async function eddsaHolds(key, message, signature) {
  if (!ed25519.hasOneForm(signature)) return false
  try {
    const object = await imported(key, { kty: 'OKP', crv: 'Ed25519', x: toBase64url(key.x) }, { name: 'Ed25519' })
    return await crypto.subtle.verify({ name: 'Ed25519' }, object, signature, message)
  } catch (e) {
    if (e.name !== 'NotSupportedError') throw e
    return ed25519.holds(key.x, message, signature)
  }
}

const HOLDS = { [ALG.es256]: es256Holds, [ALG.eddsa]: eddsaHolds, [ALG.sm2]: sm2.holds }

// Whether this key signed these bytes: the algorithm is the key's.
export async function keyHolds(key, message, signature) {
  return key.alg in HOLDS && signature.length === SIGNATURE_LEN && HOLDS[key.alg](key, message, signature)
}
