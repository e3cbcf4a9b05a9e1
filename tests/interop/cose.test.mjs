import assert from 'node:assert/strict'
import { verify } from 'node:crypto'
import test from 'node:test'
import { TAG_SIGN, Tagged, write } from './cbor.mjs'
import { EDDSA, checkBytes, checkSign1, checkSigner, readKey, readSign, readSign1, sha256 } from './cose.mjs'
import { flipped, makeSign1, newKey, refuses, signBytes } from './testing.mjs'

const key = newKey()
const payload = Buffer.from('a payload')

function check(bytes, by = key) {
  return checkSign1(readSign1(bytes), by)
}

test('a signature by another key does not hold', async () => {
  assert.equal(await check(makeSign1(newKey(), payload)), false)
})

test('no bit of a message can be turned', async () => {
  const bytes = makeSign1(key, payload)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    let good = false
    try {
      good = await check(flipped(bytes, bit))
    } catch (e) {
      assert.equal(e.constructor.name, 'Refused', e.stack)
    }
    assert.equal(good, false, `bit ${bit}`)
  }
})

test('the twin with the higher s does not hold, though node would take it', async () => {
  const bytes = makeSign1(key, payload, { high: true })
  const { header, signature } = readSign1(bytes)
  const structure = write(['Signature1', header.raw, new Uint8Array(), payload])
  assert.equal(verify('sha256', structure, { key: key.object, dsaEncoding: 'ieee-p1363' }, signature), true)
  assert.equal(await check(bytes), false)
})

test('a header that names another algorithm than the key has does not hold', async () => {
  assert.equal(await check(makeSign1(key, payload, { header: new Map([[1, -35], [4, key.kid]]) })), false)
})

const BAD_HEADERS = {
  'an unprotected header': { unprotected: new Map([[4, key.kid]]) },
  'no algorithm': { header: new Map([[4, key.kid]]) },
  'a kid of another length': { header: new Map([[1, -7], [4, Buffer.alloc(9)]]) },
  'a header that we do not use': { header: new Map([[1, -7], [3, 0]]) },
  'a typ that is no text': { header: new Map([[1, -7], [16, 5]]) },
  'an empty protected header': { raw: Buffer.alloc(0) },
  'a protected header that is not deterministic': { raw: Buffer.from('bf0126ff', 'hex') },
}
for (const [what, options] of Object.entries(BAD_HEADERS)) {
  test(`${what} is refused`, () => refuses(() => readSign1(makeSign1(key, payload, options))))
}

test('a good signature holds', async () => {
  assert.equal(await check(makeSign1(key, payload)), true)
})

test('a COSE_Sign1 where a COSE_Sign belongs is refused', () => {
  refuses(() => readSign(makeSign1(key, payload)))
})

function makeSign(signers, typ = 'application/example') {
  const header = write(new Map([[16, typ]]))
  const signatures = signers.map((signer) => {
    const own = write(new Map([[1, signer.alg], [4, signer.kid]]))
    return [own, new Map(), signBytes(signer, write(['Signature', header, own, new Uint8Array(), payload]))]
  })
  return write(new Tagged(TAG_SIGN, [header, new Map(), payload, signatures]))
}

test("one signer's signature does not stand for another's", async () => {
  const other = newKey()
  const message = readSign(makeSign([key, other]))
  assert.equal(await checkSigner(message, message.signers[0], key), true)
  assert.equal(await checkSigner(message, message.signers[0], other), false)
  assert.equal(await checkSigner(message, message.signers[1], other), true)
})

test('an Ed25519 key checks what it signed and nothing else', () => {
  const ed = newKey(EDDSA)
  const signature = signBytes(ed, payload)
  assert.equal(checkBytes(ed, payload, signature), true)
  assert.equal(checkBytes(ed, Buffer.from('another'), signature), false)
  assert.equal(checkBytes(ed, payload, signature.subarray(1)), false)
})

test('a kid is the thumbprint of RFC 9679, by its own example', () => {
  const example = new Map([
    [1, 2],
    [-1, 1],
    [-2, Buffer.from('65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d', 'hex')],
    [-3, Buffer.from('1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c', 'hex')],
  ])
  assert.equal(sha256(write(example)).toString('hex'), '496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec')
  assert.equal(readKey(example).kid.toString('hex'), '496bd8afadf307e5')
})

test('a point that is not on the curve is no key', () => {
  const off = new Map(key.map).set(-3, Buffer.alloc(32, 7))
  refuses(() => readKey(off), /no key/)
})

const UNSOUND = {
  'the neutral element': '01'.padEnd(64, '0'),
  'a point of order 2': `ec${'ff'.repeat(30)}7f`,
  'a point of order 4': ''.padEnd(64, '0'),
  'a point of order 8': 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'y of 2^255 - 19': `ed${'ff'.repeat(30)}7f`,
  'no point of the curve': '02'.padEnd(64, '0'),
  'zero with a sign': `01${'00'.repeat(30)}80`,
}
for (const [what, hex] of Object.entries(UNSOUND)) {
  test(`an Ed25519 key that is ${what} is refused`, () => {
    refuses(() => readKey(new Map([[1, 1], [-1, 6], [-2, Buffer.from(hex, 'hex')]])), /off its curve, or of small order/)
  })
}

test('Ed25519 keys as node makes them are taken', () => {
  for (let i = 0; i < 20; i++) assert.equal(newKey(EDDSA).alg, EDDSA)
})

test('a COSE_Key with a member too many is refused', () => {
  refuses(() => readKey(new Map(key.map).set(3, -7)))
})
