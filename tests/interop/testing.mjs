// What the tests share.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { TAG_SIGN1, Tagged, write } from './cbor.mjs'
import { EDDSA, ES256, SM2, readKey } from './cose.mjs'
import { Refused } from './refused.mjs'
import { newSm2Pair, sm2PairFromPem, sm2Sign } from './sm2.mjs'

const P256_N = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

// --- refusals: any other error is a mistake of the reader's, and fails the test ---

export function refuses(act, pattern = /./) {
  assert.throws(act, (e) => e instanceof Refused && pattern.test(e.message))
}

export function refusesAsync(act, pattern = /./) {
  return assert.rejects(act, (e) => e instanceof Refused && pattern.test(e.message))
}

export async function isRefused(act) {
  try {
    await act()
    return false
  } catch (e) {
    if (e instanceof Refused) return true
    throw e
  }
}

export function flipped(bytes, bit) {
  const copy = Buffer.from(bytes)
  copy[bit >> 3] ^= 1 << (bit & 7)
  return copy
}

// --- keys and messages of the tests' own ---

function coseKeyOf({ crv, x, y }) {
  const bytes = (text) => Buffer.from(text, 'base64url')
  return crv === 'P-256'
    ? new Map([[1, 2], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]])
    : new Map([[1, 1], [-1, 6], [-2, bytes(x)]])
}

function ownKey(privateKey, publicKey) {
  const map = coseKeyOf(publicKey.export({ format: 'jwk' }))
  return { map, privateKey, ...readKey(map) }
}

function ownSm2Key({ secret, x, y }) {
  const map = new Map([[1, 2], [-1, SM2], [-2, x], [-3, y]])
  return { map, privateKey: secret, ...readKey(map) }
}

export function newKey(alg = ES256) {
  if (alg === SM2) return ownSm2Key(newSm2Pair())
  const { privateKey, publicKey } = alg === ES256 ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  return ownKey(privateKey, publicKey)
}

export function keyFromPem(path) {
  const pem = readFileSync(path, 'utf8')
  const pair = sm2PairFromPem(pem)
  if (pair) return ownSm2Key(pair)
  const privateKey = createPrivateKey(pem)
  return ownKey(privateKey, createPublicKey(privateKey))
}

// Of the two signatures that verify, the one with the lower s, or its twin.
export function signBytes(key, message, { high = false } = {}) {
  if (key.alg === EDDSA) return sign(null, message, key.privateKey)
  if (key.alg === SM2) return sm2Sign(key.privateKey, message)
  const signature = sign('sha256', message, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  const isHigh = BigInt(`0x${signature.subarray(32).toString('hex')}`) > P256_N >> 1n
  return isHigh === high ? signature : twin(signature)
}

export function twin(signature) {
  const s = P256_N - BigInt(`0x${signature.subarray(32).toString('hex')}`)
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
}

// A COSE_Sign1 with any headers, right or wrong.
export function makeSign1(key, payload, { header, unprotected = new Map(), high, raw } = {}) {
  const wrapped = raw ?? write(header ?? new Map([[1, key.alg], [4, key.kid]]))
  const signature = signBytes(key, write(['Signature1', wrapped, new Uint8Array(), payload]), { high })
  return write(new Tagged(TAG_SIGN1, [wrapped, unprotected, payload, signature]))
}

// --- what make_publication.mjs made ---

export function madePath(...names) {
  const folder = process.env.INTEROP_MADE
  if (!folder) throw new Error('INTEROP_MADE is not set: run ctest -R interop')
  return join(folder, ...names)
}

export function readMade(...names) {
  return readFileSync(madePath(...names))
}

export function made() {
  return JSON.parse(readMade('made.json'))
}
