// The trust list: whom we believe, for what, until when (docs/formats.md, "Trust list").
import { compare, equal, sha256, toHex } from './bytes.js'
import { needArray, needBool, needBytes, needMap, needText, needUint, read, split, write } from './cbor.js'
import { readSign, sign1Holds, signerHolds } from './cose.js'
import { ALG, KID_LEN, readKey } from './keys.js'
import { NotSigned, need, refuse } from './refused.js'
import { NO_CONTROL } from './token.js'

export const USE = { token: 1, publish: 2, log: 3, document: 4, staple: 5, operator: 6, answer: 7 }

const TYP = 'application/sitecert-trust+cbor'
const LIST_MAX = 2 ** 20
const FILE_MAX = 4 * 2 ** 20
const CHAIN_MAX = 16
const WITNESSES_MAX = 16
const CLOSED_MAX = 16
const ROOTS_MAX = 16
const HOSTS_MAX = 16
const KEYS_MAX = 4096
const SCOPE_MAX = 64
const TIME_MAX = 2 ** 40 - 1
const INDEX_MAX = 2 ** 53
const KEY_INDEXES_MAX = 1000000
const PRINTING_ASCII = /^[!-~]+$/

function readTime(value, what) {
  return needUint(value, what, 1, TIME_MAX)
}

// --- roots ---

async function rootsOf(value) {
  const [threshold, list] = needArray(value, 'the root set', 2)
  const keys = await Promise.all(needArray(list, 'the root keys', 1, ROOTS_MAX).map(readKey))
  needUint(threshold, 'the threshold of the root set', 1, keys.length)
  need(keys.every((key) => key.alg !== ALG.rs256), 'a root key is an RSA key')
  needDistinct(keys, 'a root key')
  const bytes = write(value)
  return { threshold, keys, bytes, id: await sha256(bytes) }
}

// [k, [COSE_Key, …]], as in root.cbor.
export async function readRoots(bytes) {
  return rootsOf(read(bytes, 'a root set'))
}

// By x alone: a point and its negative have one owner.
function needDistinct(keys, what) {
  need(new Set(keys.map((key) => toHex(key.x))).size === keys.length, `${what} is listed twice`)
}

const withKid = (keys, kid) => keys.find((key) => equal(key.kid, kid))

function needSigned(condition, why) {
  if (!condition) throw new NotSigned(why)
}

// At least k of `roots` have signed, each once; besides them only roots that the list itself names, if it is known yet, or
// the one behind it.
async function needSigners(message, roots, own, behind) {
  const others = [...(own?.keys ?? []), ...(behind?.keys ?? [])]
  const seen = new Set()
  let held = 0
  for (const signer of message.signers) {
    const counted = withKid(roots.keys, signer.header.kid)
    const root = counted ?? withKid(others, signer.header.kid)
    needSigned(!seen.has(toHex(signer.header.kid)), 'a root has signed twice')
    seen.add(toHex(signer.header.kid))
    needSigned(root || !own, 'a stranger has signed')
    if (root) needSigned(await signerHolds(message, signer, root), "a root's signature does not hold")
    if (counted) held++
  }
  needSigned(held >= roots.threshold, 'too few roots have signed')
}

// --- keys ---

function readScope(value, what, max) {
  const scope = needArray(value, what, 1, SCOPE_MAX)
  scope.forEach((item, i) => needUint(item, what, i === 0 ? 1 : scope[i - 1] + 1, max))
  return scope
}

// [first, last): the end alone may be 2^53, which is read as a BigInt.
function readRange(value) {
  const [first, end] = needArray(value, "a token key's range", 2)
  const last = typeof end === 'bigint' && end === BigInt(INDEX_MAX) ? INDEX_MAX : end
  needUint(first, 'the first index of a token key')
  need(last === INDEX_MAX || Number.isSafeInteger(last), "a token key's end")
  need(last > first && last - first <= KEY_INDEXES_MAX, "a token key's range has no index or too many")
  return { first, last }
}

// From when on a stolen key is not believed: of a token key an index of the log, of a document key a time.
function readCutOff(value, use) {
  if (use === USE.document) return { time: readTime(needArray(value, 'a cut-off', 1)[0], 'the time of a cut-off') }
  const [index, root, survivors] = needArray(value, 'a cut-off', 3)
  return {
    index: typeof index === 'bigint' && index === BigInt(INDEX_MAX) ? INDEX_MAX : needUint(index, 'the index of a cut-off'),
    root: needBytes(root, 'the root of a cut-off', 32).slice(),
    survivors: needBytes(survivors, 'the hash of the survivors', 32).slice(),
  }
}

// The end of the log indexes that a token key may have signed.
function endOf({ first, last, cutOff }) {
  return cutOff ? Math.max(first, Math.min(last, cutOff.index)) : last
}

function needUseFits(key) {
  need(key.notBefore <= key.notAfter, "a key's dates run backwards")
  need(key.use !== USE.log || key.alg === ALG.eddsa, 'a log key that is not Ed25519')
  need(key.use !== USE.document || key.alg === ALG.es256 || key.alg === ALG.rs256, 'a document key that is neither P-256 nor RSA')
  need(key.use === USE.document || key.alg !== ALG.rs256, 'an RSA key that is not for documents')
}

async function readTrustedKey(value) {
  const use = value instanceof Map ? value.get(3) : undefined
  const needed = [1, 2, 3, 4, 5, ...(use === USE.token ? [6] : [])]
  const mayBeCutOff = use === USE.token || use === USE.document
  needMap(value, 'a key', needed, [7, 8, ...(use === USE.operator ? [9] : []), ...(mayBeCutOff ? [10] : [])])
  const key = {
    ...(await readKey(value.get(2))),
    use: needUint(use, "a key's use", 1, USE.answer),
    notBefore: readTime(value.get(4), "a key's first moment"),
    notAfter: readTime(value.get(5), "a key's last moment"),
  }
  need(equal(needBytes(value.get(1), 'a kid', KID_LEN), key.kid), 'a kid is not that of its key')
  needUseFits(key)
  if (value.has(6)) Object.assign(key, readRange(value.get(6)))
  if (value.has(7)) key.units = readScope(value.get(7), "a key's units", 999)
  if (value.has(8)) key.posts = readScope(value.get(8), "a key's posts", 9999)
  if (value.has(9)) key.name = needText(value.get(9), "an operator's name", 1, 63, NO_CONTROL)
  if (value.has(10)) key.cutOff = readCutOff(value.get(10), use)
  if (use === USE.token) key.end = endOf(key)
  return key
}

function needDisjoint(keys) {
  const ranges = keys.filter((key) => key.use === USE.token && key.end > key.first).sort((a, b) => a.first - b.first)
  for (let i = 1; i < ranges.length; i++) need(ranges[i].first >= ranges[i - 1].end, 'two token keys may sign one log index')
}

// --- the list ---

function readHosts(value) {
  const hosts = needArray(value, 'the hosts', 1, HOSTS_MAX)
  for (const host of hosts) needText(host, 'a host', 1, 63, /^[0-9A-Z.:-]+$/)
  need(new Set(hosts).size === hosts.length, 'a host is listed twice')
  return hosts
}

async function readWitness(value) {
  const [name, map] = needArray(value, 'a witness', 2)
  const key = await readKey(map)
  need(key.alg === ALG.eddsa, "a witness's key is not Ed25519")
  return { ...key, name: needText(name, "a witness's name", 1, 127, /^[!-*,-~]+$/) }
}

// Who cosigns checkpoints, and how many of them must have.
async function readWitnesses(value) {
  const [quorum, items] = needArray(value, 'the witness policy', 2)
  const list = await Promise.all(needArray(items, 'the witnesses', 1, WITNESSES_MAX).map(readWitness))
  need(new Set(list.map(({ name }) => name)).size === list.length, 'a witness is named twice')
  return { quorum: needUint(quorum, 'the quorum of witnesses', 1, list.length), list }
}

// Logs that ended when a register was restored without all of it.
function readClosed(value) {
  return needArray(value, 'the closed logs', 1, CLOSED_MAX).map((item) => {
    const [origin, size, root] = needArray(item, 'a closed log', 3)
    needBytes(root, 'the root of a closed log', 32)
    return {
      origin: needText(origin, 'the origin of a closed log', 1, 127, PRINTING_ASCII),
      size: needUint(size, 'the size of a closed log', 0, INDEX_MAX),
    }
  })
}

function needClosed({ closed, logOrigin }) {
  const origins = [...closed.map(({ origin }) => origin), logOrigin]
  need(new Set(origins).size === origins.length, 'a log is closed twice, or the current one is')
  for (let i = 1; i < closed.length; i++) need(closed[i].size >= closed[i - 1].size, 'a log was closed before one behind it')
}

async function readList(payload) {
  const map = needMap(read(payload, 'the trust list'), 'the trust list', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12])
  const list = {
    deployment: needBytes(map.get(1), 'the deployment', 32).slice(),
    demo: needBool(map.get(2), 'the demo flag'),
    hosts: readHosts(map.get(3)),
    logOrigin: needText(map.get(4), 'the log origin', 1, 127, PRINTING_ASCII),
    statusUri: needText(map.get(5), "the status list's URI", 1, 255, PRINTING_ASCII),
    sequence: needUint(map.get(6), 'the sequence', 1),
    issued: readTime(map.get(7), 'the time of issue'),
    nextUpdate: readTime(map.get(8), 'the next update'),
    roots: await rootsOf(map.get(9)),
    keys: await Promise.all(needArray(map.get(10), 'the keys', 0, KEYS_MAX).map(readTrustedKey)),
    witnesses: map.has(11) ? await readWitnesses(map.get(11)) : undefined,
    closed: map.has(12) ? readClosed(map.get(12)) : [],
  }
  needClosed(list)
  need(list.nextUpdate > list.issued, 'the next update is not after the issue')
  needDistinct([...list.keys, ...list.roots.keys, ...(list.witnesses?.list ?? [])], 'a public key')
  needDisjoint(list.keys)
  need(list.sequence !== 1 || compare(list.roots.id, list.deployment) === 0, "the first list's root set is not the deployment's")
  return list
}

async function readOne(bytes, roots, behind) {
  need(bytes.length <= LIST_MAX, 'a trust list that is too long')
  const message = readSign(bytes)
  need(message.header.typ === TYP, "not a trust list's type")
  if (roots) await needSigners(message, roots)
  const list = await readList(message.payload)
  await needSigners(message, roots ?? list.roots, list.roots, behind)
  return list
}

// undefined: it is from before the roots that are believed.
async function readPassing(bytes, roots, behind) {
  try {
    const list = await readOne(bytes, roots, behind)
    return list.sequence < (roots.since ?? 0) ? undefined : list
  } catch (e) {
    if (e instanceof NotSigned) return undefined
    throw e
  }
}

// Behind the newest list stand those by which the roots were rotated: each is signed by the roots of the one behind it.
async function follow(lists, roots) {
  let believed
  let behind
  for (let i = lists.length - 1; i >= 0; i--) {
    const mayPass = !believed && roots && i > 0
    const list = mayPass ? await readPassing(lists[i], roots, behind) : await readOne(lists[i], believed?.roots ?? roots, behind)
    behind = list?.roots ?? (await readList(readSign(lists[i]).payload)).roots
    if (!list) continue
    if (believed) {
      need(equal(list.deployment, believed.deployment), 'trust lists of two deployments')
      need(list.sequence > believed.sequence, 'trust lists in another order')
    }
    believed = list
  }
  return believed
}

// roots: of readRoots, with `since`, the sequence of the list that was last believed by them, where it is known; or
// undefined for the oldest list's own, as when a device pins what it first sees.
export async function readTrustList(bytes, roots) {
  need(bytes.length <= FILE_MAX, 'trust lists that are too long')
  const lists = split(bytes, 'the trust lists', CHAIN_MAX)
  need(lists.length > 0, 'no trust list')
  return follow(lists, roots)
}

// --- what its keys signed ---

export function hasHost(list, host) {
  return list.hosts.includes(host.replace(/[a-z]/g, (c) => c.toUpperCase()))
}

// { known, key }: whether the list has a key of this kid, and the one that verifies.
export async function findSigner(list, message) {
  const keys = message.header.kid ? list.keys.filter((key) => equal(key.kid, message.header.kid)) : []
  for (const key of keys) if (await sign1Holds(message, key)) return { known: true, key }
  return { known: keys.length > 0 }
}

// A COSE_Sign1 of this typ by a publish key in its dates at `at`.
export async function needPublished(list, message, typ, at) {
  const { key } = await findSigner(list, message)
  if (!key) return refuse('no listed key signed it')
  need(message.header.typ === typ, 'signed as another type of object')
  need(key.use === USE.publish, 'signed by a key of another use')
  need(at >= key.notBefore && at <= key.notAfter, 'outside the dates of the key')
}
