import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { TAG_SIGN1, Tagged, read, write } from './cbor.mjs'
import { readSign1, sha256 } from './cose.mjs'
import { folderReader, readPublication, rowOf } from './publication.mjs'
import { checkInclusion, leafHash } from './tlog.mjs'
import { readToken, verifyToken } from './token.mjs'
import { USE } from './trust.mjs'
import { flipped, isRefused, keyFromPem, made, madePath, makeSign1, newKey, readMade, refuses, refusesAsync, twin } from './testing.mjs'

const facts = made()
const p = await readPublication(folderReader(madePath('publish')), readMade('home', 'root.cbor'), facts.at)
const tokens = facts.tokens.map((token) => ({ ...token, bytes: readMade(token.file) }))
const { bytes } = find('te-1', 2)
const message = readSign1(bytes)

function find(id, version) {
  return tokens.find((token) => token.number === facts.numbers[id] && token.version === version)
}

function dayOf(days) {
  return new Date(days * 86400000).toISOString().slice(0, 10)
}

// --- refused ---

// Of a token with SM2, for which sm-crypto takes its time, one bit in nine.
test('no bit of a token can be turned', async () => {
  for (let bit = 0; bit < bytes.length * 8; bit += facts.alg === 'SM2' ? 9 : 1)
    assert.ok(await isRefused(() => verifyToken(flipped(bytes, bit), p.trust)), `bit ${bit}`)
})

test('no part of a token is a token, nor is a token with a byte more', async () => {
  for (let length = 0; length < bytes.length; length++) await refusesAsync(() => verifyToken(bytes.subarray(0, length), p.trust))
  await refusesAsync(() => verifyToken(Buffer.concat([bytes, Buffer.of(0)]), p.trust))
})

test('the twin of a signature, which verifies elsewhere, is refused', async () => {
  const [header, unprotected, payload, signature] = read(bytes, 'a token').value
  const other = write(new Tagged(TAG_SIGN1, [header, unprotected, payload, twin(Buffer.from(signature))]))
  await refusesAsync(() => verifyToken(other, p.trust), /does not hold/)
})

test('claims signed by a stranger are refused, whatever kid he gives', async () => {
  const stranger = newKey()
  await refusesAsync(() => verifyToken(makeSign1(stranger, message.payload), p.trust), /no listed key/)
  const header = new Map([[1, stranger.alg], [4, message.header.kid]])
  await refusesAsync(() => verifyToken(makeSign1(stranger, message.payload, { header }), p.trust), /does not hold/)
})

test('claims signed by a listed key of another use are refused', async () => {
  for (const name of ['publish-1.pem', 'operator-1.pem']) {
    const key = keyFromPem(madePath('home', 'keys', name))
    await refusesAsync(() => verifyToken(makeSign1(key, message.payload), p.trust), /another use/)
  }
})

test("claims outside a token key's own range of log indexes are refused", async () => {
  const key = keyFromPem(madePath('home', 'keys', 'token-2.pem'))
  await refusesAsync(() => verifyToken(makeSign1(key, message.payload), p.trust), /range/)
})

test('a published object is no token, though its signature is good', async () => {
  await refusesAsync(() => verifyToken(readMade('publish', 'deadlines.cwt'), p.trust), /not \{1: alg, 4: kid\}/)
})

const cert = read(message.payload, 'claims').get(-65537)
const BAD_CLAIMS = {
  'a claim that there is not': new Map(cert).set(14, 0),
  'a version of 0': new Map(cert).set(9, 0),
  'a deadline before the day of issue': new Map(cert).set(8, cert.get(7) - 1),
  'hours of one item': new Map(cert).set(12, [1]),
  'more post-specific hours than hours': new Map(cert).set(12, [1, 10, 11]),
  'CE years that do not ascend': new Map(cert).set(12, [2, 10, 10, 2, 10, 10]),
  'a photo digest of nine bytes': new Map(cert).set(13, Buffer.alloc(9)),
  'an empty name': new Map(cert).set(1, ''),
  'a name with a line break': new Map(cert).set(1, '张\n示例'),
  'five characters of the document number': new Map(cert).set(3, '00011'),
}
for (const [what, map] of Object.entries(BAD_CLAIMS)) {
  test(`${what} is refused`, () => {
    const payload = write(new Map(read(message.payload, 'claims')).set(-65537, map))
    refuses(() => readToken(makeSign1(newKey(), payload)))
  })
}

// --- believed ---

test('every token is authentic and says what the register shows', async () => {
  for (const token of tokens) {
    const { claims, key } = await verifyToken(token.bytes, p.trust)
    const shown = token.shown.versions.find(({ version }) => version === token.version)
    assert.equal(key.use, USE.token)
    assert.equal(claims.number, token.number)
    assert.equal(claims.version, token.version)
    assert.equal(claims.logIndex, shown.log_index)
    assert.equal(dayOf(claims.deadline), shown.deadline)
    assert.equal(claims.iat, Date.parse(shown.signed_at) / 1000)
    assert.equal(dayOf(claims.issued), token.shown.issued)
    assert.equal(claims.idType, token.shown.holder.id_type)
    assert.equal(claims.idTail, token.shown.holder.id_tail)
  }
})

test("the current version's token has the current name", async () => {
  for (const token of tokens.filter(({ version, shown }) => version === shown.version)) {
    const { claims } = await verifyToken(token.bytes, p.trust)
    assert.equal(claims.name, token.shown.holder.name)
  }
  assert.equal(readToken(find('te-4', 1).bytes).claims.name, '阿不都·示例')
  assert.equal(readToken(find('te-4', 2).bytes).claims.name, '阿不都·样本')
  assert.equal(readToken(find('te-3', 1).bytes).claims.name, '𬭚试验')
})

test('post, unit and provider are named in the directory', async () => {
  for (const { bytes: raw } of tokens) {
    const { claims } = readToken(raw)
    assert.ok(p.directory.posts.has(claims.post) && p.directory.units.has(claims.unit) && claims.provider in p.directory.providers)
  }
  assert.equal(p.directory.providers[readToken(find('te-2', 1).bytes).claims.provider].creditCode, '51330100AHXXX0004D')
})

test('no token holds more of an identity number than four characters', () => {
  for (const { bytes: raw } of tokens) assert.ok(!/[0-9]{13,}[0-9X]/.test(raw.toString('latin1').replace(readToken(raw).claims.number, '')))
})

test('the hash of each token is in the log at its own index, and proven', () => {
  const seen = new Set()
  for (const { bytes: raw } of tokens) {
    const { logIndex } = readToken(raw).claims
    const proof = p.tree.prove(logIndex)
    assert.deepEqual(p.tree.leaf(logIndex), leafHash(raw))
    assert.ok(checkInclusion(leafHash(raw), logIndex, p.tree.size, proof, p.checkpoint.root))
    assert.ok(!checkInclusion(leafHash(raw), logIndex, p.tree.size, proof.slice(0, -1), p.checkpoint.root))
    assert.ok(!seen.has(logIndex))
    seen.add(logIndex)
  }
})

test('the log holds the tokens, the orders and nothing else', () => {
  // Orders: a suspension, a revocation, an amendment.
  assert.equal(p.checkpoint.size, tokens.length + 3)
})

const EXPECTED = {
  'te-1 1': { status: 0, version: 2, deadline: '2024-03-09' },
  'te-1 2': { status: 0, version: 2, deadline: '2024-03-09' },
  'te-2 1': { status: 2, version: 1, deadline: '2023-03-09' },
  'te-3 1': { status: 1, version: 1, deadline: '2023-03-09' },
  'te-4 1': { status: 1, version: 1, deadline: '2023-03-09' },
  'te-4 2': { status: 0, version: 2, deadline: '2023-03-09' },
  'te-5 1': { status: 0, version: 1, deadline: '2023-03-09' },
  'ed-1 1': { status: 0, version: 1, deadline: '2023-12-02' },
}
for (const [name, expected] of Object.entries(EXPECTED)) {
  const [id, version] = name.split(' ')
  const token = find(id, Number(version))
  test(`the lists and the bundle say of ${name} what was ordered and learned`, () => {
    const { statusIndex } = readToken(token.bytes).claims
    const row = rowOf(p, statusIndex)
    assert.deepEqual({ ...row, deadline: dayOf(row.deadline) }, expected)
    assert.deepEqual(p.bundle.row(statusIndex), row)
  })
}

test('an amended certificate has another status index than the wrong print', () => {
  assert.notEqual(readToken(find('te-4', 1).bytes).claims.statusIndex, readToken(find('te-4', 2).bytes).claims.statusIndex)
})

test('the hours of a CE year and the digest of the photo file are in the token', () => {
  const { claims } = readToken(bytes)
  assert.deepEqual(claims.ce, [{ k: 1, hours: 64, postHours: 44 }])
  const be64 = Buffer.alloc(16)
  be64.writeBigUInt64BE(BigInt(claims.iat), 0)
  be64.writeBigUInt64BE(BigInt(claims.logIndex), 8)
  assert.deepEqual(claims.photo, sha256(claims.number, be64, readFileSync(facts.photo)).subarray(0, 8))
  assert.equal(readToken(find('te-5', 1).bytes).claims.photo, undefined)
})

test('a token is at most 186 bytes', () => {
  for (const { bytes: raw, text } of tokens) assert.ok(raw.length <= 186 && text.length <= 500, `${raw.length} bytes`)
})
