// SM2 between the C programs and sm-crypto, both ways: what the deployment signed holds for sm-crypto (that are the other
// tests of this folder, run over the SM2 publication), and what sm-crypto signs holds for certcheck.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { TAG_SIGN, TAG_SIGN1, Tagged, read, write } from './cbor.mjs'
import { SM2, checkSign1, readKey, readSign, readSign1 } from './cose.mjs'
import { readQrText } from './digits.mjs'
import { sm2Sign } from './sm2.mjs'
import { flipped, keyFromPem, made, madePath, makeSign1, newKey, readMade, refuses } from './testing.mjs'

const N = BigInt('0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')
const facts = made()
const folder = mkdtempSync(join(tmpdir(), 'sitecert-sm2-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const token = readFileSync(madePath(facts.tokens[0].file))
const tokenKey = keyFromPem(madePath('home', 'keys', 'token-1.pem'))
const rootKey = keyFromPem(madePath('home', 'keys', 'root-1.pem'))

function certcheck(...args) {
  const { status, stdout, stderr, error } = spawnSync(process.env.CERTCHECK, [...args, '--json'], {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: folder, SITECERT_CLOCK: '2021-07-01T09:00:00+08:00' },
  })
  if (error) throw error
  return { status, verdicts: status === 2 ? stderr.toString() : JSON.parse(stdout) }
}

function judged(bytes, ...using) {
  const path = join(folder, 'token.cbor')
  writeFileSync(path, bytes)
  const lists = using.length > 0 ? using : ['--bundle', madePath('publish', 'bundle.scb'), '--root', madePath('home', 'root.cbor')]
  const { status, verdicts } = certcheck(...lists, path)
  return { status, ...verdicts[0] }
}

function resigned(sign) {
  const { header, payload } = readSign1(token)
  const structure = write(['Signature1', header.raw, new Uint8Array(), payload])
  return write(new Tagged(TAG_SIGN1, [header.raw, new Map(), payload, sign(structure)]))
}

test('the sample is one of SM2', () => {
  assert.equal(readSign1(token).header.alg, SM2)
  assert.equal(tokenKey.alg, SM2)
})

const FORGERIES = {
  'under the id 1234567812345679': (structure) => sm2Sign(tokenKey.privateKey, structure, '1234567812345679'),
  "by another key than the token's": (structure) => sm2Sign(newKey(SM2).privateKey, structure),
  'of other bytes': () => sm2Sign(tokenKey.privateKey, Buffer.from('other bytes')),
  'with n - s for s': (structure) => {
    const signature = sm2Sign(tokenKey.privateKey, structure)
    const s = N - BigInt(`0x${signature.subarray(32).toString('hex')}`)
    return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
  },
  'with n for s': (structure) => {
    const signature = sm2Sign(tokenKey.privateKey, structure)
    return Buffer.concat([signature.subarray(0, 32), Buffer.from(N.toString(16), 'hex')])
  },
}
for (const [what, sign] of Object.entries(FORGERIES)) {
  test(`a signature ${what} holds for nobody`, async () => {
    const bytes = resigned(sign)
    assert.equal(await checkSign1(readSign1(bytes), tokenKey), false)
    const verdict = judged(bytes)
    assert.equal(verdict.status, 1)
    assert.equal(verdict.authentic, false)
    assert.equal(verdict.number, null)
  })
}

test('no bit of an SM2 signature can be turned', async () => {
  const { signature } = readSign1(token)
  const start = token.length - signature.length
  for (let bit = 0; bit < signature.length * 8; bit += 17) {
    assert.equal(judged(flipped(token, start * 8 + bit)).status, 1, `bit ${bit}`)
  }
})

test('certcheck takes what sm-crypto signs', async () => {
  for (let i = 0; i < 20; i++) {
    const bytes = resigned((structure) => sm2Sign(tokenKey.privateKey, structure))
    assert.notDeepEqual(bytes, token)
    assert.equal(await checkSign1(readSign1(bytes), tokenKey), true)
    const verdict = judged(bytes)
    assert.equal(verdict.authentic, true)
    assert.equal(verdict.number, facts.tokens[0].number)
  }
})

// A COSE_Sign over the payload of the deployment's own trust list.
function trustListBy(key, userId) {
  const { header, payload } = readSign(readMade('publish', 'trust.cbor'))
  const own = write(new Map([[1, key.alg], [4, key.kid]]))
  const structure = write(['Signature', header.raw, own, new Uint8Array(), payload])
  return write(new Tagged(TAG_SIGN, [header.raw, new Map(), payload, [[own, new Map(), sm2Sign(key.privateKey, structure, userId)]]]))
}

test("a trust list that sm-crypto signs with the root's key is believed, and with no other", () => {
  const path = join(folder, 'trust.cbor')
  const using = ['--trust', path, '--root', madePath('home', 'root.cbor')]
  writeFileSync(path, trustListBy(newKey(SM2)))
  assert.equal(judged(token, ...using).authentic, false)
  writeFileSync(path, trustListBy(rootKey, 'ALICE123@YAHOO.COM'))
  assert.equal(judged(token, ...using).authentic, false)
  writeFileSync(path, trustListBy(rootKey))
  assert.equal(judged(token, ...using).authentic, true)
})

test('the QR text of an SM2 token is that token', () => {
  assert.deepEqual(Buffer.from(readQrText(facts.tokens[0].text).bytes), token)
})

test('a point that is not on the curve of SM2 is no key', () => {
  refuses(() => readKey(new Map(tokenKey.map).set(-3, Buffer.alloc(32, 7))), /no key/)
  // A P-256 point under SM2's curve, and the other way round.
  const p256 = newKey()
  refuses(() => readKey(new Map(p256.map).set(-1, SM2)), /no key/)
  refuses(() => readKey(new Map(tokenKey.map).set(-1, 1)), /no key/)
})

test('an SM2 key never checks an object that says ES256, nor the other way round', async () => {
  const { payload } = readSign1(token)
  const says = (alg, kid) => new Map([[1, alg], [4, kid]])
  assert.equal(await checkSign1(readSign1(makeSign1(tokenKey, payload, { header: says(-7, tokenKey.kid) })), tokenKey), false)
  assert.equal(judged(makeSign1(tokenKey, payload, { header: says(-7, tokenKey.kid) })).status, 1)
  assert.equal(judged(makeSign1(tokenKey, payload)).authentic, true)
})

test("the program's JWKs of SM2 keys are those of its trust list", () => {
  const listed = read(readSign(readMade('publish', 'trust.cbor')).payload, 'the trust list').get(10)
  const keys = facts.keys.filter(({ jwk }) => jwk.crv === 'SM2')
  assert.equal(keys.length, 7)
  for (const { kid, alg, jwk } of keys) {
    assert.equal(alg, 'SM2')
    assert.equal(jwk.kty, 'EC')
    const map = listed.find((entry) => Buffer.from(entry.get(1)).toString('hex') === kid).get(2)
    assert.deepEqual([...map.keys()], [1, -1, -2, -3])
    assert.equal(Buffer.from(map.get(-2)).toString('base64url'), jwk.x)
    assert.equal(Buffer.from(map.get(-3)).toString('base64url'), jwk.y)
    assert.equal(readKey(map).kid.toString('hex'), kid)
  }
})
