// The log's checkpoint as a signed note (docs/formats.md, "Log").
import { concat, equal, fromBase64, fromUtf8, sha256, utf8 } from './bytes.js'
import { keyHolds } from './keys.js'
import { need, refuse } from './refused.js'
import { USE } from './trust.js'

const CHECKPOINT_MAX = 4096
const SIZE_MAX = 2n ** 63n - 1n
const ED25519 = 0x01
const NOTE = /^(([^\n]+)\n(0|[1-9][0-9]*)\n([0-9A-Za-z+/=]{44})\n)\n((?:[^\n]+\n)+)$/
const LINE = /^— ([^\s+\u0000-\u001f\u007f-\u009f]+) ([0-9A-Za-z+/=]+)$/

function readLine(text) {
  const match = LINE.exec(text) ?? refuse('not a signature line')
  const raw = fromBase64(match[2])
  need(raw && raw.length > 4, 'a signature line without a signature')
  return { name: match[1], id: raw.subarray(0, 4), signature: raw.subarray(4) }
}

// { body, origin, size, root, lines }; size is a BigInt.
export function readNote(bytes) {
  need(bytes.length <= CHECKPOINT_MAX, 'a checkpoint that is too long')
  const text = fromUtf8(bytes) ?? refuse('a checkpoint that is not UTF-8')
  const match = NOTE.exec(text) ?? refuse('not a checkpoint')
  const [, body, origin, size, root, lines] = match
  need(!/[\s+\u0000-\u001f\u007f-\u009f]/.test(origin), 'an origin with a space or plus')
  const hash = fromBase64(root)
  need(hash?.length === 32 && BigInt(size) <= SIZE_MAX, 'not a size and a root hash')
  return { body: utf8(body), origin, size: BigInt(size), root: hash, lines: lines.trimEnd().split('\n').map(readLine) }
}

export async function noteKeyId(name, key) {
  return (await sha256(concat(utf8(`${name}\n`), Uint8Array.of(ED25519), key.x))).subarray(0, 4)
}

async function signedBy(note, key) {
  const id = await noteKeyId(note.origin, key)
  const lines = note.lines.filter((line) => line.name === note.origin && equal(line.id, id))
  for (const line of lines) if (!(await keyHolds(key, note.body, line.signature))) return false
  return lines.length > 0
}

// Signed by one of the trust list's log keys that is in its dates at `at`.
export async function readCheckpoint(bytes, trust, at) {
  const note = readNote(bytes)
  need(note.origin === trust.logOrigin, 'a checkpoint of another log')
  const keys = trust.keys.filter((key) => key.use === USE.log && at >= key.notBefore && at <= key.notAfter)
  for (const key of keys) if (await signedBy(note, key)) return note
  return refuse("no signature by the log's key")
}
