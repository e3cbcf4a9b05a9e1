// The trust list: whom we believe, for what, until when (docs/formats.md, "Trust list").
import { needArray, needBool, needBytes, needMap, needText, needUint, read, split, write } from './cbor.mjs'
import { EDDSA, ES256, RS256, checkSign1, checkSigner, readKey, readSign, sha256 } from './cose.mjs'
import { Refused, need, needEqual, refuse } from './refused.mjs'

export const USE = { token: 1, publish: 2, log: 3, document: 4, staple: 5, operator: 6, answer: 7 }

const TYP = 'application/sitecert-trust+cbor'
const LIST_MAX = 2 ** 20
const ROOTS_MAX = 16
const HOSTS_MAX = 16
const CHAIN_MAX = 16
const WITNESSES_MAX = 16
const CLOSED_MAX = 16
const KEYS_MAX = 4096
const SCOPE_MAX = 64
const TIME_MAX = 2 ** 40 - 1
const INDEX_MAX = Number.MAX_SAFE_INTEGER
const KEY_INDEXES_MAX = 1000000
const PRINTING_ASCII = /^[!-~]+$/
const CONTROL = /^[^\u0000-\u001f\u007f-\u009f]*$/

function readTime(value, what) {
  return needUint(value, what, 1, TIME_MAX)
}

// --- roots ---

function rootsOf(value) {
  const [threshold, list] = needArray(value, 'the root set', 2)
  const keys = needArray(list, 'the root keys', 1, ROOTS_MAX).map(readKey)
  needUint(threshold, 'the threshold of the root set', 1, keys.length)
  need(keys.every((key) => key.alg !== RS256), 'a root key is an RSA key')
  needDistinct(keys, 'a root key')
  return { threshold, keys, id: sha256(write(value)) }
}

// [k, [COSE_Key, …]], as in root.cbor.
export function readRoots(bytes) {
  return rootsOf(read(bytes, 'a root set'))
}

// By x alone: a point and its negative have one owner.
function needDistinct(keys, what) {
  need(new Set(keys.map((key) => key.x.toString('hex'))).size === keys.length, `${what} is listed twice`)
}

function rootWith(roots, kid) {
  return roots.keys.find((root) => root.kid.equals(Buffer.from(kid)))
}

// At least k of `roots` have signed, each once; besides them only roots that the list itself names.
async function checkSigners(message, roots, own, behind) {
  const counted = []
  for (const signer of message.signers) {
    const root = rootWith(roots, signer.header.kid) ?? rootWith(own, signer.header.kid) ?? (behind && rootWith(behind, signer.header.kid))
    need(root, 'a stranger has signed')
    need(!counted.includes(root), 'a root has signed twice')
    need(await checkSigner(message, signer, root), "a root's signature does not hold")
    counted.push(root)
  }
  need(counted.filter((root) => roots.keys.some((r) => r.kid.equals(root.kid))).length >= roots.threshold, 'too few roots have signed')
}

// --- keys ---

function readScope(value, what, max) {
  const scope = needArray(value, what, 1, SCOPE_MAX)
  scope.forEach((item, i) => needUint(item, what, i === 0 ? 1 : scope[i - 1] + 1, max))
  return scope
}

function readRange(value) {
  const [first, last] = needArray(value, "a token key's range", 2)
  needUint(first, 'the first index of a token key', 0, INDEX_MAX)
  needUint(last, 'the end of a token key', first + 1, Math.min(first + KEY_INDEXES_MAX, INDEX_MAX))
  return { first, last }
}

// From when on a stolen key is not believed.
function readCutOff(value, use) {
  if (use === USE.document) return { time: readTime(needArray(value, 'a cut-off', 1)[0], 'the time of a cut-off') }
  const [index, root, survivors] = needArray(value, 'a cut-off', 3)
  return {
    index: needUint(index, 'the index of a cut-off', 0, INDEX_MAX),
    root: needBytes(root, 'the root of a cut-off', 32),
    survivors: needBytes(survivors, 'the hash of the survivors', 32),
  }
}

// The end of the log indexes that a token key may have signed.
function endOf(key) {
  return key.cutOff ? Math.max(key.first, Math.min(key.last, key.cutOff.index)) : key.last
}

function readTrustedKey(value) {
  const use = value instanceof Map ? value.get(3) : undefined
  const needed = [1, 2, 3, 4, 5, ...(use === USE.token ? [6] : [])]
  const mayBeCutOff = use === USE.token || use === USE.document
  needMap(value, 'a key', needed, [7, 8, ...(use === USE.operator ? [9] : []), ...(mayBeCutOff ? [10] : [])])
  const key = readKey(value.get(2))
  needEqual(needBytes(value.get(1), 'a kid', 8), key.kid, 'a kid')
  Object.assign(key, {
    use: needUint(use, "a key's use", 1, 7),
    notBefore: readTime(value.get(4), "a key's first moment"),
    notAfter: readTime(value.get(5), "a key's last moment"),
  })
  need(key.notBefore <= key.notAfter, "a key's dates run backwards")
  need(use !== USE.log || key.alg === EDDSA, 'a log key that is not Ed25519')
  need(use !== USE.document || key.alg === ES256 || key.alg === RS256, 'a document key that is neither P-256 nor RSA')
  need(use === USE.document || key.alg !== RS256, 'an RSA key that is not for documents')
  if (value.has(6)) Object.assign(key, readRange(value.get(6)))
  if (value.has(7)) key.units = readScope(value.get(7), "a key's units", 999)
  if (value.has(8)) key.posts = readScope(value.get(8), "a key's posts", 9999)
  if (value.has(9)) key.name = needText(value.get(9), "an operator's name", 1, 63, CONTROL)
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

function readWitnesses(value) {
  const [quorum, items] = needArray(value, 'the witness policy', 2)
  const list = needArray(items, 'the witnesses', 1, WITNESSES_MAX).map((item) => {
    const [name, map] = needArray(item, 'a witness', 2)
    const key = readKey(map)
    need(key.alg === EDDSA, "a witness's key is not Ed25519")
    return Object.assign(key, { name: needText(name, "a witness's name", 1, 127, /^[!-*,-~]+$/) })
  })
  need(new Set(list.map(({ name }) => name)).size === list.length, 'a witness is named twice')
  return { quorum: needUint(quorum, 'the quorum of witnesses', 1, list.length), list }
}

function readClosed(value) {
  const [origin, size, root] = needArray(value, 'a closed log', 3)
  needBytes(root, 'the root of a closed log', 32)
  return {
    origin: needText(origin, 'the origin of a closed log', 1, 127, PRINTING_ASCII),
    size: needUint(size, 'the size of a closed log', 0, INDEX_MAX),
  }
}

function needClosed({ closed, logOrigin }) {
  const origins = [...closed.map(({ origin }) => origin), logOrigin]
  need(new Set(origins).size === origins.length, 'a log is closed twice, or the current one is')
  for (let i = 1; i < closed.length; i++) need(closed[i].size >= closed[i - 1].size, 'a log was closed before one behind it')
}

function readList(payload) {
  const map = needMap(read(payload, 'the trust list'), 'the trust list', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12])
  const list = {
    deployment: needBytes(map.get(1), 'the deployment', 32),
    demo: needBool(map.get(2), 'the demo flag'),
    hosts: readHosts(map.get(3)),
    logOrigin: needText(map.get(4), 'the log origin', 1, 127, PRINTING_ASCII),
    statusUri: needText(map.get(5), "the status list's URI", 1, 255, PRINTING_ASCII),
    sequence: needUint(map.get(6), 'the sequence', 1),
    issued: readTime(map.get(7), 'the time of issue'),
    nextUpdate: readTime(map.get(8), 'the next update'),
    roots: rootsOf(map.get(9)),
    keys: needArray(map.get(10), 'the keys', 0, KEYS_MAX).map(readTrustedKey),
    witnesses: map.has(11) ? readWitnesses(map.get(11)) : undefined,
    closed: map.has(12) ? needArray(map.get(12), 'the closed logs', 1, CLOSED_MAX).map(readClosed) : [],
  }
  needClosed(list)
  need(list.nextUpdate > list.issued, 'the next update is not after the issue')
  needDistinct([...list.keys, ...list.roots.keys, ...(list.witnesses?.list ?? [])], 'a public key')
  needDisjoint(list.keys)
  if (list.sequence === 1) needEqual(list.roots.id, list.deployment, "the first list's root set")
  return list
}

// Behind the newest list stand those by which the roots were rotated: each is signed by the roots of the one behind it,
// and those from before the roots that are believed are passed over.
async function follow(lists, roots) {
  let believed
  let behind
  for (let i = lists.length - 1; i >= 0; i--) {
    let list
    try {
      list = await readOne(lists[i], believed?.roots ?? roots, behind)
    } catch (e) {
      if (!(e instanceof Refused) || believed || !roots || i === 0) throw e
      behind = readList(readSign(lists[i]).payload).roots
      continue
    }
    if (believed) {
      needEqual(list.deployment, believed.deployment, 'the deployment of a trust list behind another')
      need(list.sequence > believed.sequence, 'trust lists in another order')
    }
    believed = list
    behind = list.roots
  }
  return believed
}

async function readOne(bytes, roots, behind) {
  need(bytes.length <= LIST_MAX, 'a trust list that is too long')
  const message = readSign(bytes)
  need(message.header.typ === TYP, "not a trust list's type")
  const list = readList(message.payload)
  await checkSigners(message, roots ?? list.roots, list.roots, behind)
  return list
}

// roots: of readRoots, or undefined for the list's own, as when a device pins what it first sees.
export async function readTrustList(bytes, roots) {
  const lists = split(bytes)
  need(lists.length >= 1 && lists.length <= CHAIN_MAX, 'no trust list, or too many')
  const list = await follow(lists, roots)
  list.keysOf = (kid) => list.keys.filter((key) => key.kid.equals(Buffer.from(kid)))
  // What a publish key signed: the first of its kid that verifies must also fit.
  list.needSigned = async (message_, typ, at) => {
    need(message_.header.kid, 'no kid')
    const keys = list.keysOf(message_.header.kid)
    need(keys.length > 0, 'no listed key has this kid')
    for (const key of keys) {
      if (!(await checkSign1(message_, key))) continue
      need(message_.header.typ === typ, 'signed as another type of object')
      need(key.use === USE.publish, 'signed by a key of another use')
      need(at >= key.notBefore && at <= key.notAfter, 'outside the dates of the key')
      return key
    }
    return refuse('the signature does not hold')
  }
  return list
}
