// docs/formats.md, "Token", says how long a token gets and which QR code holds it: counted here from the document alone.
import assert from 'node:assert/strict'
import test from 'node:test'
import { write } from './cbor.mjs'
import { SM2 } from './cose.mjs'
import { encodeDigits } from './digits.mjs'
import { makeSign1, newKey } from './testing.mjs'

// ISO/IEC 18004 table 7: data bits of a version at level M.
const ROOM = { 10: 1728, 11: 2032 }

const es256 = newKey()
const sm2 = newKey(SM2)

// Number of 17 digits, name of three characters, photo, two CE years.
function tokenOf(key, index, years) {
  const claims = new Map([
    [1, '张示例'], [2, 111], [3, '002X'], [4, 1], [5, 33], [6, 415], [7, 19425], [8, 20885], [9, 3], [10, index], [11, index],
    [12, years], [13, Buffer.alloc(8, 7)],
  ])
  return makeSign1(key, write(new Map([[2, '03301202300012349'], [6, 1678348800], [-65537, claims]])))
}

// Address in alphanumeric mode, digits in numeric mode; counts of 11 and 12 bits in versions 10 to 26.
function bitsOf(token, host) {
  const digits = encodeDigits(token).length
  const letters = 'HTTPS://'.length + host + '/V/'.length
  const alphanumeric = 4 + 11 + Math.floor(letters / 2) * 11 + (letters % 2) * 6
  return alphanumeric + 4 + 12 + Math.floor(digits / 3) * 10 + [0, 4, 7][digits % 3]
}

function longestHost(token) {
  let host = 0
  while (bitsOf(token, host + 1) <= ROOM[10]) host++
  return host
}

const USUAL = [1, 32, 22, 2, 32, 22]
const MOST = [1, 64, 44, 2, 64, 44]
const TEN_MILLION = 10_000_000

const CASES = [
  ['both indexes below 65,536, most hours', es256, 65535, MOST, 186, 23],
  ['both indexes ten million, usual hours', es256, TEN_MILLION, USUAL, 188, 20],
  ['both indexes ten million, most hours', es256, TEN_MILLION, MOST, 190, 17],
  ['the same by SM2', sm2, TEN_MILLION, MOST, 194, 11],
]
for (const [what, key, index, years, size, host] of CASES) {
  test(`a full token has ${size} bytes with ${what}, and fits version 10 with a host of ${host}`, () => {
    const token = tokenOf(key, index, years)
    assert.equal(token.length, size)
    assert.equal(longestHost(token), host)
    assert.ok(bitsOf(token, 20) <= ROOM[11])
  })
}
