// Brings a bundle up to date by deltas, one after the other (docs/formats.md, "Delta"). What comes out is a bundle's file, to
// be opened as any: the publisher's signature over its header covers every section and every row.
import { be32, concat, equal, sha256, toBase64, utf8 } from './bytes.js'
import { MAGIC, SECTIONS, SETS, TYP as TYP_BUNDLE } from './bundle.js'
import { Tagged, write } from './cbor.js'
import { BLOCK_ROWS, HASH_LEN, PARTS, blockCount, blockRows, deadlineAt, encodeBlock, setDeadlineAt, setStatusAt, statusAt } from './columns.js'
import { TAG_SIGN1 } from './cose.js'
import { changesOf, readDelta } from './delta.js'
import { need } from './refused.js'
import { needPublished, readTrustList } from './trust.js'

const TYP = 'application/sitecert-delta+cbor'
const CHECK_LEN = 8
const CHANGE_MIN = 2 // bytes of a changed row; fewer than a block of new ones are in no change
const VERSION_MAX = 0xffff
const DEADLINE_MAX = 0xffffff

function checkpointOf({ size, root, line }, origin) {
  return utf8(`${origin}\n${size}\n${toBase64(root)}\n\n— ${origin} ${toBase64(line)}\n`)
}

// --- blocks ---

// The plain bytes of a block that has more rows now: each column gets zeros behind its old ones.
function stretched(plain, set, rows, more) {
  let at = 0
  const columns = PARTS[set](more).map(({ count, width }, i) => {
    const length = PARTS[set](rows)[i].count * width
    const column = new Uint8Array(count * width)
    column.set(plain.subarray(at, at + length))
    at += length
    return column
  })
  return concat(...columns)
}

// One set of columns while it is changed: blocks that no delta touches stay as they are, unread.
class Blocks {
  constructor(bundle, i) {
    this.set = SETS[i]
    this.rows = bundle.header.rows
    this.old = bundle.table[i]
    this.readOld = (block) => bundle.plain(i, block)
    this.changed = new Map()
  }

  // What no delta has touched is the old bundle's; what is new was made when the set grew.
  async load(block) {
    if (!this.changed.has(block)) this.changed.set(block, (await this.readOld(block)).slice())
    return this.changed.get(block)
  }

  async grow(rows) {
    for (let block = Math.max(0, blockCount(this.rows) - 1); rows > this.rows && block < blockCount(rows); block++) {
      const had = block < blockCount(this.rows) ? blockRows(this.rows, block) : 0
      const plain = had > 0 ? await this.load(block) : new Uint8Array()
      if (blockRows(rows, block) > had) this.changed.set(block, stretched(plain, this.set, had, blockRows(rows, block)))
    }
    this.rows = rows
  }

  // { hashes, entries, coded }: of all blocks, side by side.
  async finish() {
    const parts = { hashes: [], entries: [], coded: [] }
    for (let block = 0; block < blockCount(this.rows); block++) {
      const plain = this.changed.get(block)
      const bytes = plain ? await encodeBlock(plain, blockRows(this.rows, block), this.set) : this.old.coded[block]
      parts.hashes.push(plain ? await sha256(plain) : this.old.hashes.subarray(block * HASH_LEN, (block + 1) * HASH_LEN))
      parts.entries.push(be32(bytes.length), (await sha256(bytes)).subarray(0, CHECK_LEN))
      parts.coded.push(bytes)
    }
    return Object.fromEntries(Object.entries(parts).map(([name, list]) => [name, concat(...list)]))
  }
}

// --- the update ---

export class Update {
  // bundle: of openBundle(), borrowed.
  constructor(bundle) {
    const { deployment, sequence, issued, rows } = bundle.header
    Object.assign(this, { deployment, sequence, issued, rows, trust: bundle.trust, sections: { ...bundle.sections } })
    this.blocks = SETS.map((_, i) => new Blocks(bundle, i))
  }

  needPlace(delta) {
    need(equal(delta.deployment, this.deployment), 'a delta of another deployment')
    need(delta.to > this.sequence, 'a delta that leads to what is here already')
    need(delta.from === this.sequence, 'a delta for another sequence: one between is missing')
    need(delta.rows >= this.rows && delta.issued >= this.issued, 'a delta that leads to fewer rows or an earlier time')
    need(delta.rows - this.rows < delta.changes.length / CHANGE_MIN + BLOCK_ROWS, 'a delta that names too few of its new rows')
  }

  // A list that takes the place of ours: by our roots, and newer.
  async trustAfter({ sections }) {
    if (!sections.has(1)) return this.trust
    const list = await readTrustList(sections.get(1), this.trust.roots)
    need(equal(list.deployment, this.deployment), "a delta's trust list of another deployment")
    need(list.sequence > this.trust.sequence, "a delta's trust list that is not newer")
    return list
  }

  // After a refusal the update is of no use any more.
  async apply(bytes) {
    const delta = readDelta(bytes)
    this.needPlace(delta)
    const trust = await this.trustAfter(delta)
    await needPublished(trust, delta.message, TYP, delta.issued)
    this.trust = trust
    for (const [number, section] of delta.sections) this.sections[SECTIONS[number - 1]] = section.slice()
    if (delta.checkpoint) this.sections.checkpoint = checkpointOf(delta.checkpoint, trust.logOrigin)
    await this.changeRows(delta)
    const { alg, kid } = delta.message.header
    const { to: sequence, issued, exps, headerSignature } = delta
    Object.assign(this, { sequence, issued, exps, alg, kid: kid.slice(), signature: headerSignature.slice() })
  }

  async changeRows(delta) {
    for (const blocks of this.blocks) await blocks.grow(delta.rows)
    this.rows = delta.rows
    for (const { index, change } of changesOf(delta)) {
      need(index < this.rows, 'a changed row past the last')
      const [block, at] = [Math.floor(index / BLOCK_ROWS), index % BLOCK_ROWS]
      const rows = blockRows(this.rows, block)
      const [statuses, deadlines] = [await this.blocks[0].load(block), await this.blocks[1].load(block)]
      const row = change({ status: statusAt(statuses, at), ...deadlineAt(deadlines, rows, at) })
      need(row.version <= VERSION_MAX && row.deadline <= DEADLINE_MAX, 'a row beyond what a column holds')
      setStatusAt(statuses, at, row.status)
      setDeadlineAt(deadlines, rows, at, row)
    }
  }

  // The file of the bundle as it is after at least one delta.
  async finish() {
    const sections = SECTIONS.map((name) => this.sections[name])
    const sets = await Promise.all(this.blocks.map((blocks) => blocks.finish()))
    const payload = write(new Map([
      [1, this.deployment],
      [2, this.sequence],
      [3, this.issued],
      [4, await Promise.all(sections.map(async (section) => [section.length, await sha256(section)]))],
      [5, await Promise.all(sets.map(async ({ hashes }, i) => [this.rows, this.exps[i], await sha256(hashes)]))],
    ]))
    const head = write(new Map([[1, this.alg], [4, this.kid], [16, TYP_BUNDLE]]))
    const header = write(new Tagged(TAG_SIGN1, [head, new Map(), payload, this.signature]))
    const tables = sets.flatMap(({ hashes, entries }) => [hashes, entries])
    return concat(utf8(MAGIC), be32(header.length), header, ...sections, ...tables, ...sets.map((set) => set.coded))
  }
}
