// SM2 with SM3 as docs/formats.md, "Algorithms and keys", has it: all of it by sm-crypto, under the distinguishing id that
// it takes from us by name. Signatures are r and s side by side, 64 bytes.
import smCrypto from 'sm-crypto'
import { refuse } from './refused.mjs'

const { sm2 } = smCrypto
const USER_ID = '1234567812345678'

const hex = (bytes) => Buffer.from(bytes).toString('hex')

// x, y: 32 bytes each.
export function importSm2(x, y) {
  const point = `04${hex(x)}${hex(y)}`
  const jwk = { kty: 'EC', crv: 'SM2', x: Buffer.from(x).toString('base64url'), y: Buffer.from(y).toString('base64url') }
  return sm2.verifyPublicKey(point) ? { point, export: () => jwk } : refuse('a COSE_Key that is no key: not a point of the curve')
}

// What was asked once has its answer: a folder is read again and again with one of its files changed, and sm-crypto takes
// some hundred times as long for a signature as node:crypto.
const answers = new Map()

export function sm2Holds({ point }, message, signature) {
  const question = `${point} ${hex(signature)} ${hex(message)}`
  if (!answers.has(question))
    answers.set(question, sm2.doVerifySignature([...message], hex(signature), point, { hash: true, der: false, userId: USER_ID }))
  return answers.get(question)
}

// secret: 32 bytes. userId: another one makes signatures that no reader may take.
export function sm2Sign(secret, message, userId = USER_ID) {
  return Buffer.from(sm2.doSignature([...message], hex(secret), { hash: true, der: false, userId }), 'hex')
}

// The private number, and x and y.
export function newSm2Pair() {
  const { privateKey, publicKey } = sm2.generateKeyPairHex()
  return pairOf(privateKey, publicKey)
}

export function pairFromSecret(secret) {
  return pairOf(hex(secret), sm2.getPublicKeyFromPrivateKey(hex(secret)))
}

// Of a PKCS#8 file as OpenSSL and the C programs write it, with the number as an OCTET STRING of 32 bytes; undefined when
// it is on another curve.
export function sm2PairFromPem(text) {
  const der = Buffer.from(text.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  const at = der.indexOf(Buffer.from([0x02, 0x01, 0x01, 0x04, 0x20]))
  if (at < 0 || !der.includes(Buffer.from('2a811ccf5501822d', 'hex'))) return undefined
  return pairFromSecret(der.subarray(at + 5, at + 37))
}

function pairOf(secret, point) {
  const bytes = Buffer.from(point, 'hex')
  return { secret: Buffer.from(secret.padStart(64, '0'), 'hex'), x: bytes.subarray(1, 33), y: bytes.subarray(33, 65) }
}
