// The log: RFC 6962 hashing, C2SP tlog-tiles and a checkpoint as a signed note (docs/formats.md, "Log").
import { checkBytes, sha256 } from './cose.mjs'
import { need } from './refused.mjs'
import { USE } from './trust.mjs'

export const TILE_WIDTH = 256
const HASH_LEN = 32
const CHECKPOINT_MAX = 4096
const ED25519 = 0x01

export function leafHash(data) {
  return sha256(Buffer.of(0), data)
}

export function nodeHash(left, right) {
  return sha256(Buffer.of(1), left, right)
}

// --- the checkpoint ---

// Base64 has several texts of one value unless the last bits are zero.
function fromBase64(text, what) {
  const bytes = Buffer.from(text, 'base64')
  need(bytes.toString('base64') === text, `${what} is not base64`)
  return bytes
}

function readSignatureLine(line) {
  const match = /^— ([^\s+]+) ([0-9A-Za-z+/=]+)$/.exec(line)
  need(match, 'not a signature line')
  const raw = fromBase64(match[2], 'a signature')
  need(raw.length > 4, 'a signature line without a signature')
  return { name: match[1], id: raw.subarray(0, 4), signature: raw.subarray(4) }
}

export function readNote(bytes) {
  need(bytes.length <= CHECKPOINT_MAX, 'a checkpoint that is too long')
  const text = bytes.toString('utf8')
  need(Buffer.from(text).equals(bytes), 'a checkpoint that is not UTF-8')
  const match = /^((\S+)\n(0|[1-9][0-9]*)\n([0-9A-Za-z+/=]{44})\n)\n((?:[^\n]+\n)+)$/.exec(text)
  need(match, 'not a checkpoint')
  const [, body, origin, size, root, lines] = match
  const hash = fromBase64(root, 'the root hash')
  need(hash.length === HASH_LEN && Number.isSafeInteger(Number(size)), 'not a size and a root hash')
  return { body: Buffer.from(body), origin, size: Number(size), root: hash, lines: lines.trimEnd().split('\n').map(readSignatureLine) }
}

function noteKeyId(name, key) {
  return sha256(`${name}\n`, Buffer.of(ED25519), key.x).subarray(0, 4)
}

// Signed by one of the trust list's log keys that is in its dates at `at`.
export function readCheckpoint(bytes, trust, at) {
  const note = readNote(bytes)
  need(note.origin === trust.logOrigin, 'a checkpoint of another log')
  const keys = trust.keys.filter((key) => key.use === USE.log && at >= key.notBefore && at <= key.notAfter)
  const signed = keys.some((key) => {
    const lines = note.lines.filter((line) => line.name === note.origin && line.id.equals(noteKeyId(note.origin, key)))
    return lines.length > 0 && lines.every((line) => checkBytes(key, note.body, line.signature))
  })
  need(signed, "no signature by the log's key")
  return { origin: note.origin, size: note.size, root: note.root }
}

// --- a proof of inclusion, as one text ---

const PROOF_MAX = 16384
const PROOF_FORM = /^c2sp\.org\/tlog-proof@v1\n(?:extra ([0-9A-Za-z+/=]*)\n)?index (0|[1-9][0-9]*)\n((?:[0-9A-Za-z+/=]{44}\n){0,64})\n/

// { index, hashes, checkpoint }; the checkpoint is the note's bytes.
export function readProof(bytes) {
  need(bytes.length <= PROOF_MAX, 'a proof that is too long')
  const match = PROOF_FORM.exec(bytes.toString('latin1'))
  need(match, 'not a proof')
  const [head, extra, index, lines] = match
  fromBase64(extra ?? '', 'the extra line')
  const hashes = lines.split('\n').slice(0, -1).map((line) => fromBase64(line, 'a hash'))
  need(hashes.every((hash) => hash.length === HASH_LEN) && Number.isSafeInteger(Number(index)), 'not an index and hashes')
  return { index: Number(index), hashes, checkpoint: bytes.subarray(head.length) }
}

// --- tiles ---

// tile/0/x001/067, or with fewer than 256 hashes tile/0/x001/067.p/34.
export function tilePath(level, n, width) {
  const groups = []
  let rest = n
  do {
    groups.unshift(String(rest % 1000).padStart(3, '0'))
    rest = Math.floor(rest / 1000)
  } while (rest > 0)
  const name = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return `tile/${level}/${name}${width < TILE_WIDTH ? `.p/${width}` : ''}`
}

function largestPowerBelow(n) {
  let k = 1
  while (2 * k < n) k *= 2
  return k
}

// readTile(path) gives a tile's bytes. Hashes of the tree at `size`, by level of tiles, straight from the files.
export function openTree(readTile, size) {
  const tiles = new Map()

  function tileHash(level, index) {
    const n = Math.floor(index / TILE_WIDTH)
    const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - n * TILE_WIDTH)
    const path = tilePath(level, n, width)
    if (!tiles.has(path)) {
      const bytes = readTile(path)
      need(bytes.length === width * HASH_LEN, `${path} has ${bytes.length} bytes, not ${width * HASH_LEN}`)
      tiles.set(path, bytes)
    }
    const at = (index % TILE_WIDTH) * HASH_LEN
    return tiles.get(path).subarray(at, at + HASH_LEN)
  }

  // RFC 6962 section 2.1: the hash of leaves [first, first + count).
  function hash(first, count) {
    if (count === 0) return sha256()
    if (count === 1) return tileHash(0, first)
    const k = largestPowerBelow(count)
    return nodeHash(hash(first, k), hash(first + k, count - k))
  }

  // RFC 6962 section 2.1.1: PATH(index, D[first : first + count]).
  function path(index, first, count) {
    if (count === 1) return []
    const k = largestPowerBelow(count)
    return index < first + k
      ? [...path(index, first, k), hash(first + k, count - k)]
      : [...path(index, first + k, count - k), hash(first, k)]
  }

  // Every tile above the leaves holds the roots of the complete tiles below it.
  function checkUpperTiles() {
    for (let level = 1; size >= TILE_WIDTH ** level; level++) {
      for (let i = 0; i < Math.floor(size / TILE_WIDTH ** level); i++) {
        const covered = TILE_WIDTH ** level
        need(tileHash(level, i).equals(hash(i * covered, covered)), `hash ${i} of tile level ${level} is not that of its tile`)
      }
    }
  }

  return {
    size,
    leaf: (index) => tileHash(0, index),
    root: (count = size) => hash(0, count),
    prove(index) {
      need(index < size, 'a log index past the tree')
      return path(index, 0, size)
    },
    checkUpperTiles,
  }
}

// RFC 9162 section 2.1.3.2.
export function checkInclusion(leaf, index, size, proof, root) {
  if (index >= size) return false
  let node = index
  let last = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && hash.equals(root)
}
