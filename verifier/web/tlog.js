// The log's checkpoint as a signed note (docs/formats.md, "Log").
import { concat, equal, fromBase64, fromUtf8, sha256, utf8 } from './bytes.js'
import { keyHolds } from './keys.js'
import { need, refuse } from './refused.js'
import { USE } from './trust.js'

const CHECKPOINT_MAX = 4096
const SIZE_MAX = 2n ** 63n - 1n
const ED25519 = 0x01
const COSIGNATURE = 0x04
const TIME_LEN = 8
const STAMPED_LEN = TIME_LEN + 64
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

async function noteKeyId(name, key, type = ED25519) {
  return (await sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), key.x))).subarray(0, 4)
}

async function signedBy(note, key) {
  const id = await noteKeyId(note.origin, key)
  const lines = note.lines.filter((line) => line.name === note.origin && equal(line.id, id))
  for (const line of lines) if (!(await keyHolds(key, note.body, line.signature))) return false
  return lines.length > 0
}

// C2SP tlog-cosignature: time and signature over a text of its own.
async function isCosigned(note, stamped, key) {
  if (stamped.length !== STAMPED_LEN) return false
  const time = new DataView(stamped.buffer, stamped.byteOffset, TIME_LEN).getBigUint64(0)
  const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), note.body)
  return time < 2n ** 63n && keyHolds(key, message, stamped.subarray(TIME_LEN))
}

async function hasCosigned(note, witness) {
  const id = await noteKeyId(witness.name, witness, COSIGNATURE)
  const lines = note.lines.filter((line) => line.name === witness.name && equal(line.id, id))
  for (const line of lines) if (!(await isCosigned(note, line.signature, witness))) return false
  return lines.length > 0
}

// Whether as many witnesses have cosigned as the trust list asks for.
export async function isWitnessed(note, { witnesses }) {
  if (!witnesses) return true
  const cosigned = await Promise.all(witnesses.list.map((witness) => hasCosigned(note, witness)))
  return cosigned.filter(Boolean).length >= witnesses.quorum
}

// Signed by one of the trust list's log keys that is in its dates at `at`.
export async function readCheckpoint(bytes, trust, at) {
  const note = readNote(bytes)
  need(note.origin === trust.logOrigin, 'a checkpoint of another log')
  const keys = trust.keys.filter((key) => key.use === USE.log && at >= key.notBefore && at <= key.notAfter)
  for (const key of keys) if (await signedBy(note, key)) return note
  return refuse("no signature by the log's key")
}
