// The token: a COSE_Sign1 over a CWT claims map (docs/formats.md, "Token").
import { needArray, needBytes, needMap, needText, needUint, read } from './cbor.mjs'
import { checkSign1, readSign1 } from './cose.mjs'
import { need, refuse } from './refused.mjs'
import { USE } from './trust.mjs'

const TOKEN_MAX = 768
const NUMBER_MAX = 40
const NAME_MAX = 400
const DATE_MAX = 47481 // 2099-12-31
const CE_HOURS_MAX = 64
const CLAIM_SUB = 2
const CLAIM_IAT = 6
const CLAIM_CERT = -65537
const CONTROL = /^[^\u0000-\u001f\u007f-\u009f]*$/

// number of the claim: its name and what it may be.
const CLAIMS = {
  1: ['name', (v, what) => needText(v, what, 1, NAME_MAX, CONTROL)],
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
const NEEDED = Object.keys(CLAIMS).map(Number).filter((key) => key <= 11)

function readCe(value, what) {
  needArray(value, what, 3, 6)
  need(value.length % 3 === 0, `${what} has not 3 or 6 items`)
  const years = []
  for (let i = 0; i < value.length; i += 3) {
    const least = i === 0 ? 1 : years[0].k + 1
    const hours = needUint(value[i + 1], `${what}: hours`, 0, CE_HOURS_MAX)
    years.push({
      k: needUint(value[i], `${what}: CE year`, least, 65535),
      hours,
      postHours: needUint(value[i + 2], `${what}: post-specific hours`, 0, hours),
    })
  }
  return years
}

function readClaims(payload) {
  const map = needMap(read(payload, 'the claims'), 'the claims', [CLAIM_SUB, CLAIM_IAT, CLAIM_CERT])
  const claims = {
    number: needText(map.get(CLAIM_SUB), 'claim 2', 1, NUMBER_MAX, /^[0-9A-Z-]+$/),
    iat: needUint(map.get(CLAIM_IAT), 'claim 6', 1, 2 ** 40 - 1),
  }
  const cert = needMap(map.get(CLAIM_CERT), 'claim -65537', NEEDED, [12, 13])
  for (const [key, value] of cert) {
    const [name, take] = CLAIMS[key]
    claims[name] = take(value, `claim ${key} (${name})`)
  }
  need(claims.deadline >= claims.issued, 'claim 8 (deadline) is before claim 7 (issued)')
  return claims
}

export function readToken(bytes) {
  need(bytes.length <= TOKEN_MAX, `a token of more than ${TOKEN_MAX} bytes`)
  const message = readSign1(bytes)
  need(message.header.kid && message.header.typ === undefined, "a token's protected header is not {1: alg, 4: kid}")
  return { message, claims: readClaims(message.payload) }
}

function needMaySign(key, claims) {
  need(key.use === USE.token, 'signed by a key of another use')
  need(claims.iat >= key.notBefore && claims.iat <= key.notAfter, "signed outside the key's dates")
  need(claims.logIndex >= key.first && claims.logIndex < key.last, "log index outside the key's range")
  need(!key.units || key.units.includes(claims.unit), "unit outside the key's scope")
  need(!key.posts || key.posts.includes(claims.post), "post outside the key's scope")
}

// The claims of an authentic token, and the key that signed it.
export async function verifyToken(bytes, trust) {
  const { message, claims } = readToken(bytes)
  const keys = trust.keysOf(message.header.kid)
  need(keys.length > 0, 'no listed key has this kid')
  for (const key of keys) {
    if (await checkSign1(message, key)) {
      needMaySign(key, claims)
      return { claims, key }
    }
  }
  return refuse('the signature does not hold')
}
