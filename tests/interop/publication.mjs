// A whole published folder, read as a stranger would: root.cbor in hand, nothing else believed. Everything that is
// said twice in it must be said alike.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BLOCK_ROWS, blockRows, deadlineAt, statusAt } from './columns.mjs'
import { readBundle } from './bundle.mjs'
import { readBlock, readHashes, readStatement } from './deadlines.mjs'
import { readDirectory } from './directory.mjs'
import { readPolicy } from './policy.mjs'
import { Refused, need, needEqual } from './refused.mjs'
import { readStatusList } from './status.mjs'
import { openTree, readCheckpoint } from './tlog.mjs'
import { readRoots, readTrustList } from './trust.mjs'

const CLOCK_SKEW_S = 86400

// A file of a folder; one that is not there is the publication's fault.
export function folderReader(folder) {
  return (name) => {
    try {
      return readFileSync(join(folder, name))
    } catch (e) {
      if (e.code === 'ENOENT') throw new Refused(`'${name}' is not there`)
      throw e
    }
  }
}

// What is signed must hold now: not ahead of the clock, not past its end.
function needCurrent(what, from, to, at) {
  need(from <= at + CLOCK_SKEW_S, `${what} is ahead of the clock`)
  need(at <= to, `${what} is out of date`)
}

async function readDeadlines(read, trust) {
  const statement = await readStatement(read('deadlines.cwt'), trust)
  const hashes = readHashes(read(`deadlines/${statement.root.toString('hex')}.hashes`), statement)
  const blocks = hashes.map((hash, i) => readBlock(read(`deadlines/${hash.toString('hex')}.block`), statement, hashes, i))
  return { ...statement, blocks }
}

function readLog(read, trust, at) {
  const checkpoint = readCheckpoint(read('log/checkpoint'), trust, at)
  const tree = openTree((path) => read(`log/${path}`), checkpoint.size)
  needEqual(tree.root(), checkpoint.root, "the tiles' root")
  tree.checkUpperTiles()
  return { checkpoint, tree }
}

function needSameColumns(p) {
  const { bundle, status, deadlines } = p
  const { rows } = bundle.header
  need(deadlines.rows === rows && status.bits.length === Math.ceil(rows / 4), 'lists of different lengths')
  needEqual(Buffer.concat(bundle.status), status.bits, "the bundle's statuses")
  deadlines.blocks.forEach((block, i) => needEqual(bundle.deadlines[i], block, `the bundle's deadlines, block ${i},`))
}

function needSameEverywhere(read, p) {
  const { bundle, trust } = p
  needEqual(bundle.sections.trust, read('trust.cbor'), "the bundle's trust list")
  needEqual(bundle.sections.directory, read('directory.cbor'), "the bundle's directory")
  needEqual(bundle.sections.policy, read('policy.json'), "the bundle's policy")
  needEqual(bundle.sections.checkpoint, read('log/checkpoint'), "the bundle's checkpoint")
  need(bundle.header.sequence === p.deadlines.sequence, 'bundle and deadline list of different sequences')
  needSameColumns(p)
  needEqual(bundle.header.deployment, trust.deployment, "the bundle's deployment")
}

// roots: root.cbor's bytes. read: of folderReader, or any function from a name to bytes.
export async function readPublication(read, roots, at) {
  const rootSet = readRoots(roots)
  const trust = await readTrustList(read('trust.cbor'), rootSet)
  const bundle = await readBundle(read('bundle.scb'), rootSet)
  const p = {
    trust,
    bundle,
    directory: await readDirectory(read('directory.cbor'), trust),
    policy: readPolicy(read('policy.json')),
    status: await readStatusList(read('status.cwt'), trust),
    deadlines: await readDeadlines(read, trust),
    ...readLog(read, trust, bundle.header.issued),
  }
  needCurrent('the trust list', trust.issued, trust.nextUpdate, at)
  needCurrent('the status list', p.status.iat, p.status.exp, at)
  needCurrent('the deadline list', p.deadlines.iat, p.deadlines.exp, at)
  for (const { exp } of bundle.header.sets) needCurrent('the bundle', bundle.header.issued, exp, at)
  needSameEverywhere(read, p)
  return p
}

// What the published lists say of one status index, by the files rather than by the bundle.
export function rowOf(p, index) {
  need(index < p.deadlines.rows, 'a status index past the lists')
  const block = Math.floor(index / BLOCK_ROWS)
  const plain = p.deadlines.blocks[block]
  return { status: statusAt(p.status.bits, index), ...deadlineAt(plain, blockRows(p.deadlines.rows, block), index % BLOCK_ROWS) }
}
