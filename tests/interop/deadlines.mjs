// The deadline list: a signed statement, and its blocks as files of their own (docs/formats.md, "Deadline list").
import { needBytes, needMap, needUint, read } from './cbor.mjs'
import { HASH_LEN, ROWS_MAX, blockCount, blockRows, decodeBlock, rootOf } from './columns.mjs'
import { readSign1, sha256 } from './cose.mjs'
import { CWT_CLAIMS, readCwt } from './cwt.mjs'
import { need, needEqual } from './refused.mjs'

const TYP = 'application/sitecert-deadlines+cwt'
const CLAIM_DEADLINES = -65537

export async function readStatement(bytes, trust) {
  const message = readSign1(bytes)
  const map = needMap(read(message.payload, 'the claims'), 'the claims', [...CWT_CLAIMS, CLAIM_DEADLINES])
  const cwt = readCwt(map)
  await trust.needSigned(message, TYP, cwt.iat)
  need(cwt.uri === trust.statusUri, 'a deadline list of another URI')

  const claim = needMap(map.get(CLAIM_DEADLINES), 'deadlines', [1, 2, 3])
  return {
    ...cwt,
    sequence: needUint(claim.get(1), 'sequence'),
    rows: needUint(claim.get(2), 'rows', 0, ROWS_MAX),
    root: needBytes(claim.get(3), 'root', HASH_LEN),
  }
}

// The blocks' hashes, from ROOT.hashes.
export function readHashes(bytes, statement) {
  need(bytes.length === blockCount(statement.rows) * HASH_LEN, 'another number of block hashes')
  needEqual(rootOf(bytes), statement.root, 'the list of block hashes')
  const hashes = []
  for (let at = 0; at < bytes.length; at += HASH_LEN) hashes.push(bytes.subarray(at, at + HASH_LEN))
  return hashes
}

// One block's plain bytes, from HASH.block.
export function readBlock(bytes, statement, hashes, block) {
  const plain = decodeBlock(bytes, blockRows(statement.rows, block), 'deadlines')
  needEqual(sha256(plain), hashes[block], `block ${block} of the deadlines`)
  return plain
}
