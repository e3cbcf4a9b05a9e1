// COSE_Sign1, COSE_Sign and COSE_Key as docs/formats.md, "COSE" and "Algorithms and keys", have them.
// Every signature is checked twice: by @auth0/cose, and by node's own crypto over a Sig_structure made here. SM2, which
// neither has, is checked by sm-crypto.
import { createHash, createPublicKey, verify as verifyBytes } from 'node:crypto'
import { Algorithms, Sign, Sign1 } from '@auth0/cose'
import { TAG_SIGN, TAG_SIGN1, Tagged, needArray, needBytes, needMap, needText, read, write } from './cbor.mjs'
import { isSoundKey } from './ed25519.mjs'
import { need, refuse } from './refused.mjs'
import { importSm2, sm2Holds } from './sm2.mjs'

export const ES256 = -7
export const EDDSA = -8
export const RS256 = -257
export const SM2 = -65538
const KID_LEN = 8
const SIGNATURE_LEN = 64
const TYP_MAX = 100
const P256_HALF_N = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551') >> 1n

const HEADER = { alg: 1, kid: 4, typ: 16 }

export function sha256(...parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

// --- keys ---

const KTY_RSA = 3
const RSA_N_LEN = 384
const RSA_E = Buffer.from([1, 0, 1])

const text = (bytes) => Buffer.from(bytes).toString('base64url')

const FORMS = [
  { alg: ES256, kty: 2, crv: 1, object: (x, y) => importKey({ kty: 'EC', crv: 'P-256', x: text(x), y: text(y) }) },
  { alg: EDDSA, kty: 1, crv: 6, object: (x) => importKey({ kty: 'OKP', crv: 'Ed25519', x: text(x) }) },
  { alg: SM2, kty: 2, crv: -65538, object: importSm2 },
]

function importKey(jwk) {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch (e) {
    return refuse(`a COSE_Key that is no key: ${e.message}`)
  }
}

// RFC 8230 section 4. x is what two keys of one owner share: see docs/formats.md section 6.
function readRsaKey(map) {
  needMap(map, 'a COSE_Key', [1, -1, -2])
  const n = needBytes(map.get(-1), 'a modulus', RSA_N_LEN)
  need(n[0] >= 128 && n[RSA_N_LEN - 1] % 2 === 1, 'a modulus that is even or has not 3072 bits')
  need(Buffer.from(needBytes(map.get(-2), 'an exponent', 3)).equals(RSA_E), 'an exponent that is not 65537')
  const object = importKey({ kty: 'RSA', n: text(n), e: text(RSA_E) })
  return { alg: RS256, x: n.subarray(0, 32), kid: sha256(write(map)).subarray(0, KID_LEN), object }
}

// RFC 9679 section 3: the hash of the COSE_Key with its required members alone, which is all that ours have.
export function readKey(map) {
  if (map instanceof Map && map.get(1) === KTY_RSA) return readRsaKey(map)
  const form = FORMS.find((f) => map instanceof Map && f.kty === map.get(1) && f.crv === map.get(-1))
  need(form, 'a COSE_Key of no form that this reader knows')
  const labels = form.alg === EDDSA ? [-2] : [-2, -3]
  needMap(map, 'a COSE_Key', [1, -1, ...labels])
  const coordinates = labels.map((label) => needBytes(map.get(label), 'a coordinate', 32))
  need(form.alg !== EDDSA || isSoundKey(coordinates[0]), 'an Ed25519 key that is off its curve, or of small order')
  const bytes = write(map)
  return {
    alg: form.alg,
    x: coordinates[0],
    kid: sha256(bytes).subarray(0, KID_LEN),
    object: form.object(...coordinates),
  }
}

// Other people's word alone: for ES256 the twin (r, n - s) of a signature holds too.
export function checkBytes(key, message, signature) {
  if (signature.length !== SIGNATURE_LEN) return false
  if (key.alg === SM2) return sm2Holds(key.object, message, signature)
  return key.alg === ES256
    ? verifyBytes('sha256', message, { key: key.object, dsaEncoding: 'ieee-p1363' }, signature)
    : verifyBytes(null, message, key.object, signature)
}

// --- messages ---

const KIND_OF_HEADER = {
  [HEADER.alg]: (v) => need(Number.isSafeInteger(v), 'alg is not an integer'),
  [HEADER.kid]: (v) => needBytes(v, 'kid', KID_LEN),
  [HEADER.typ]: (v) => needText(v, 'typ', 1, TYP_MAX),
}

// needed, optional: names of HEADER. The unprotected header is always empty.
function readHeaders(wrapped, unprotected, needed, optional = []) {
  const raw = needBytes(wrapped, 'a protected header', 1, Infinity)
  const labels = (names) => names.map((name) => HEADER[name])
  const map = needMap(read(raw, 'a protected header'), 'a protected header', labels(needed), labels(optional))
  for (const [label, value] of map) KIND_OF_HEADER[label](value)
  needMap(unprotected, 'an unprotected header', [])
  return { raw, alg: map.get(HEADER.alg), kid: map.get(HEADER.kid), typ: map.get(HEADER.typ) }
}

function readTagged(bytes, tag, what) {
  const message = read(bytes, what)
  need(message instanceof Tagged && message.tag === tag, `${what} has not tag ${tag}`)
  return needArray(message.value, what, 4)
}

export function readSign1(bytes) {
  const [wrapped, unprotected, payload, signature] = readTagged(bytes, TAG_SIGN1, 'a COSE_Sign1')
  return {
    bytes,
    header: readHeaders(wrapped, unprotected, ['alg'], ['kid', 'typ']),
    payload: needBytes(payload, 'a payload', 1, Infinity),
    signature: needBytes(signature, 'a signature', SIGNATURE_LEN),
  }
}

export function readSign(bytes) {
  const [wrapped, unprotected, payload, signatures] = readTagged(bytes, TAG_SIGN, 'a COSE_Sign')
  return {
    bytes,
    header: readHeaders(wrapped, unprotected, ['typ']),
    payload: needBytes(payload, 'a payload', 1, Infinity),
    signers: needArray(signatures, 'the signatures', 1, 16).map((signer) => {
      const [inner, empty, signature] = needArray(signer, 'a COSE_Signature', 3)
      return {
        header: readHeaders(inner, empty, ['alg', 'kid']),
        signature: needBytes(signature, 'a signature', SIGNATURE_LEN),
      }
    }),
  }
}

// @auth0/cose throws an error of its own for a signature that does not hold.
async function auth0Holds(check) {
  try {
    await check()
    return true
  } catch (e) {
    if (e.code === 'ERR_COSE_SIGNATURE_VERIFICATION_FAILED') return false
    throw e
  }
}

// ECDSA has a twin (r, n - s) of every signature: only the lower one is ours.
function hasOneForm(alg, signature) {
  return alg !== ES256 || BigInt(`0x${signature.subarray(32).toString('hex')}`) <= P256_HALF_N
}

// A disagreement is no fault of the input: it must stop a test that expects a refusal too.
function bothSay(ours, theirs) {
  if (ours !== theirs) throw new Error(`two checks of one signature disagree: ours ${ours}, @auth0/cose ${theirs}`)
  return ours
}

export async function checkSign1(message, key) {
  const { header, payload, signature } = message
  if (header.alg !== key.alg || !hasOneForm(key.alg, signature)) return false
  const structure = write(['Signature1', header.raw, new Uint8Array(), payload])
  if (key.alg === SM2) return checkBytes(key, structure, signature)
  const theirs = auth0Holds(() =>
    Sign1.decode(message.bytes).verify(key.object, { algorithms: [Algorithms.ES256, Algorithms.EdDSA] }),
  )
  return bothSay(checkBytes(key, structure, signature), await theirs)
}

// Whether one signer of a COSE_Sign signed with this key. @auth0/cose asks for any one of the signers, so it is
// shown a message with this one alone.
export async function checkSigner(message, signer, key) {
  if (signer.header.alg !== key.alg || !hasOneForm(key.alg, signer.signature)) return false
  const structure = write(['Signature', message.header.raw, signer.header.raw, new Uint8Array(), message.payload])
  if (key.alg === SM2) return checkBytes(key, structure, signer.signature)
  const alone = write(
    new Tagged(TAG_SIGN, [message.header.raw, new Map(), message.payload, [[signer.header.raw, new Map(), signer.signature]]]),
  )
  const theirs = auth0Holds(() => Sign.decode(alone).verify(key.object))
  return bothSay(checkBytes(key, structure, signer.signature), await theirs)
}
