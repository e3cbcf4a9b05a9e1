import assert from 'node:assert/strict'
import test from 'node:test'
import { EDDSA, ES256, sha256 } from './cose.mjs'
import { checkInclusion, leafHash, openTree, readCheckpoint, readNote, tilePath } from './tlog.mjs'
import { USE } from './trust.mjs'
import { newKey, refuses, signBytes } from './testing.mjs'

// --- trees ---

// The leaves and roots that implementations of RFC 6962 are checked with.
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS = {
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
}
const hashes = LEAVES.map((leaf) => leafHash(Buffer.from(leaf, 'hex')))

function treeOf(leaves) {
  return openTree(() => Buffer.concat(leaves), leaves.length)
}

test('roots are those that everyone else computes', () => {
  for (const [size, root] of Object.entries(ROOTS)) assert.equal(treeOf(hashes.slice(0, size)).root().toString('hex'), root)
  assert.deepEqual(treeOf([]).root(), sha256())
})

test('every leaf of every size is proven, and by no other index, hash or length of proof', () => {
  for (let size = 1; size <= hashes.length; size++) {
    const tree = treeOf(hashes.slice(0, size))
    const root = tree.root()
    for (let index = 0; index < size; index++) {
      const proof = tree.prove(index)
      assert.equal(checkInclusion(hashes[index], index, size, proof, root), true)
      assert.equal(checkInclusion(hashes[index], index + 1, size, proof, root), false)
      assert.equal(checkInclusion(sha256('another'), index, size, proof, root), false)
      assert.equal(checkInclusion(hashes[index], index, size, [...proof, root], root), false)
      if (proof.length > 0) assert.equal(checkInclusion(hashes[index], index, size, proof.slice(1), root), false)
    }
  }
})

test('tiles have the names of C2SP', () => {
  assert.equal(tilePath(0, 1067, 256), 'tile/0/x001/067')
  assert.equal(tilePath(0, 1067, 34), 'tile/0/x001/067.p/34')
  assert.equal(tilePath(1, 0, 1), 'tile/1/000.p/1')
  assert.equal(tilePath(2, 1234067, 256), 'tile/2/x001/x234/067')
})

test('a tile of another width is refused', () => {
  refuses(() => openTree(() => Buffer.alloc(33), 1).root())
})

test('a hash of an upper tile that is not that of the tile below is refused', () => {
  const leaves = Array.from({ length: 256 }, (_, i) => leafHash(Buffer.of(i)))
  const read = (top) => (path) => (path.startsWith('tile/0') ? Buffer.concat(leaves) : top)
  openTree(read(treeOf(leaves).root()), 256).checkUpperTiles()
  refuses(() => openTree(read(sha256('another')), 256).checkUpperTiles())
})

// --- checkpoints ---

const ORIGIN = 'cert.example/log'
const key = Object.assign(newKey(EDDSA), { use: USE.log, notBefore: 100, notAfter: 200 })
const trust = { logOrigin: ORIGIN, keys: [Object.assign(newKey(ES256), { use: USE.token, notBefore: 1, notAfter: 999 }), key] }
const ROOT = Buffer.from(ROOTS[8], 'hex').toString('base64')

function signatureLine(by, name, body) {
  const id = sha256(`${name}\n`, Buffer.of(1), by.x).subarray(0, 4)
  return `— ${name} ${Buffer.concat([id, signBytes(by, Buffer.from(body))]).toString('base64')}\n`
}

function note(body, { by = key, name = ORIGIN } = {}) {
  return Buffer.from(`${body}\n${signatureLine(by, name, body)}`)
}

const BODY = `${ORIGIN}\n8\n${ROOT}\n`

test('a good checkpoint is read', () => {
  assert.deepEqual(readCheckpoint(note(BODY), trust, 150), { origin: ORIGIN, size: 8, root: Buffer.from(ROOTS[8], 'hex') })
})

test("a witness's line beside the log's own does no harm", () => {
  const witness = newKey(EDDSA)
  assert.equal(readCheckpoint(Buffer.concat([note(BODY), Buffer.from(signatureLine(witness, 'witness.example', BODY))]), trust, 150).size, 8)
})

test('a checkpoint by another key is refused', () => refuses(() => readCheckpoint(note(BODY, { by: newKey(EDDSA) }), trust, 150)))
test('a checkpoint under another name is refused', () => refuses(() => readCheckpoint(note(BODY, { name: 'other.example' }), trust, 150)))
test("a checkpoint outside the key's dates is refused", () => refuses(() => readCheckpoint(note(BODY), trust, 201)))
test('a checkpoint of another log is refused', () => refuses(() => readCheckpoint(note(BODY.replace(ORIGIN, 'other.example')), trust, 150), /another log/))
test('a second, false signature of the same key spoils a checkpoint', () => {
  const two = Buffer.concat([note(BODY), Buffer.from(signatureLine(key, ORIGIN, 'another\n'))])
  refuses(() => readCheckpoint(two, trust, 150))
})

const MALFORMED = {
  'a size with a leading zero': `${ORIGIN}\n08\n${ROOT}\n`,
  'a negative size': `${ORIGIN}\n-8\n${ROOT}\n`,
  'a line of extension': `${BODY}extra\n`,
  'a root hash cut short': `${ORIGIN}\n8\n${ROOT.slice(4)}\n`,
  'base64 with spare bits set': `${ORIGIN}\n8\n${ROOT.slice(0, -2)}h=\n`,
  'an empty origin': `\n8\n${ROOT}\n`,
}
for (const [what, body] of Object.entries(MALFORMED)) test(`${what} is refused`, () => refuses(() => readNote(note(body))))

test('a checkpoint without a signature is refused', () => refuses(() => readNote(Buffer.from(`${BODY}\n`))))
