// The token: a COSE_Sign1 over a CWT claims map (docs/formats.md, "Token").
import { needArray, needBytes, needMap, needText, needUint, read } from './cbor.js'
import { readSign1 } from './cose.js'
import { need } from './refused.js'

export const TOKEN_MAX = 768

const NUMBER_MAX = 40
const NAME_MAX = 400
export const DATE_MAX = 47481 // 2099-12-31
const CE_HOURS_MAX = 64
const CLAIM = { sub: 2, iat: 6, cert: -65537 }
export const NO_CONTROL = /^[^\u0000-\u001f\u007f-\u009f]*$/

// number of the claim: its name and what it may be.
const CLAIMS = {
  1: ['name', (v, what) => needText(v, what, 1, NAME_MAX, NO_CONTROL)],
  2: ['idType', (v, what) => needUint(v, what, 1, 999)],
  3: ['idTail', (v, what) => needText(v, what, 1, 4, /^[0-9A-Z]+$/)],
  4: ['post', (v, what) => needUint(v, what, 1, 9999)],
  5: ['unit', (v, what) => needUint(v, what, 1, 999)],
  6: ['provider', (v, what) => needUint(v, what, 0, 0xffffffff)],
  7: ['issued', (v, what) => needUint(v, what, 0, DATE_MAX)],
  8: ['deadline', (v, what) => needUint(v, what, 0, DATE_MAX)],
  9: ['version', (v, what) => needUint(v, what, 1, 65535)],
  10: ['statusIndex', (v, what) => needUint(v, what, 0, 2 ** 28 - 1)],
  11: ['logIndex', (v, what) => needUint(v, what)],
  12: ['ce', readCe],
  13: ['photo', (v, what) => needBytes(v, what, 8)],
}
const NEEDED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]

function readCe(value, what) {
  needArray(value, what, 3, 6)
  need(value.length % 3 === 0, `${what} has not 3 or 6 items`)
  const years = []
  for (let i = 0; i < value.length; i += 3) {
    const k = needUint(value[i], `${what}: CE year`, i === 0 ? 1 : years[0].k + 1, 65535)
    const hours = needUint(value[i + 1], `${what}: hours`, 0, CE_HOURS_MAX)
    years.push({ k, hours, postHours: needUint(value[i + 2], `${what}: post-specific hours`, 0, hours) })
  }
  return years
}

function readClaims(payload) {
  const map = needMap(read(payload, 'the claims'), 'the claims', Object.values(CLAIM))
  const claims = {
    number: needText(map.get(CLAIM.sub), 'claim 2', 1, NUMBER_MAX, /^[0-9A-Z-]+$/),
    iat: needUint(map.get(CLAIM.iat), 'claim 6', 1, 2 ** 40 - 1),
  }
  const cert = needMap(map.get(CLAIM.cert), 'claim -65537', NEEDED, [12, 13])
  for (const [key, value] of cert) {
    const [name, take] = CLAIMS[key]
    claims[name] = take(value, `claim ${key} (${name})`)
  }
  need(claims.deadline >= claims.issued, 'claim 8 (deadline) is before claim 7 (issued)')
  return claims
}

// { message, claims }, neither of them believed yet.
export function readToken(bytes) {
  need(bytes.length <= TOKEN_MAX, `a token of more than ${TOKEN_MAX} bytes`)
  const message = readSign1(bytes)
  need(message.header.kid && message.header.typ === undefined, "a token's protected header is not {1: alg, 4: kid}")
  return { message, claims: readClaims(message.payload) }
}
