// COSE_Sign1 and COSE_Sign as docs/formats.md, "COSE", has them.
import { Tagged, needArray, needBytes, needMap, needText, read, write } from './cbor.js'
import { KID_LEN, SIGNATURE_LEN, keyHolds } from './keys.js'
import { need } from './refused.js'

export const TAG_SIGN1 = 18
const TAG_SIGN = 98
const SIGNERS_MAX = 16
const TYP_MAX = 100
const HEADER = { alg: 1, kid: 4, typ: 16 }
const EMPTY = new Uint8Array()

const KINDS = {
  [HEADER.alg]: (v) => need(Number.isSafeInteger(v), 'alg is not an integer'),
  [HEADER.kid]: (v) => needBytes(v, 'kid', KID_LEN),
  [HEADER.typ]: (v) => needText(v, 'typ', 1, TYP_MAX),
}

// needed, optional: labels. The unprotected header is always empty.
function readHeader(wrapped, unprotected, needed, optional = []) {
  const raw = needBytes(wrapped, 'a protected header', 1, Infinity)
  const map = needMap(read(raw, 'a protected header'), 'a protected header', needed, optional)
  for (const [label, value] of map) KINDS[label](value)
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
    header: readHeader(wrapped, unprotected, [HEADER.alg], [HEADER.kid, HEADER.typ]),
    payload: needBytes(payload, 'a payload', 1, Infinity),
    signature: needBytes(signature, 'a signature', SIGNATURE_LEN),
  }
}

export function readSign(bytes) {
  const [wrapped, unprotected, payload, signers] = readTagged(bytes, TAG_SIGN, 'a COSE_Sign')
  return {
    header: readHeader(wrapped, unprotected, [HEADER.typ]),
    payload: needBytes(payload, 'a payload', 1, Infinity),
    signers: needArray(signers, 'the signatures', 1, SIGNERS_MAX).map((signer) => {
      const [inner, empty, signature] = needArray(signer, 'a COSE_Signature', 3)
      return {
        header: readHeader(inner, empty, [HEADER.alg, HEADER.kid]),
        signature: needBytes(signature, 'a signature', SIGNATURE_LEN),
      }
    }),
  }
}

// RFC 9052 section 4.4. A header whose alg is not the key's does not verify.
export async function sign1Holds(message, key) {
  const { header, payload, signature } = message
  return header.alg === key.alg && keyHolds(key, write(['Signature1', header.raw, EMPTY, payload]), signature)
}

export async function signerHolds(message, signer, key) {
  const structure = write(['Signature', message.header.raw, signer.header.raw, EMPTY, message.payload])
  return signer.header.alg === key.alg && keyHolds(key, structure, signer.signature)
}
