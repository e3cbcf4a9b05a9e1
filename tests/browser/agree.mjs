#!/usr/bin/env node
// Compares the page's verdicts with certcheck's, whole, on random inputs: tokens as they were signed, turned, cut, and
// signed anew with other claims by keys that may and keys that may not; under every kind of address, at many moments, by
// several bundles, among them damaged ones. Every tenth has a live code beside it, good or made up. Prints how many agreed, and in
// how many seconds; exit status 1: some did not. The long form, a minute or some: node agree.mjs build/dev/tests/interop/made 10000
// Usage: node agree.mjs MADE COUNT [SEED]     MADE: a folder of tests/interop/make_publication.mjs
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { read, write } from '../interop/cbor.mjs'
import { readSign1 } from '../interop/cose.mjs'
import { encodeDigits } from '../interop/digits.mjs'
import { flipped, keyFromPem, makeSign1, newKey } from '../interop/testing.mjs'
import { certcheck, certcheckLive, scratch } from './certcheck.mjs'
import { load } from './node.mjs'
import { STATE, digitsOf, leafOf, makeStaple } from './staples.mjs'

const [folder, countText, seedText = '1'] = process.argv.slice(2)
if (!countText) {
  console.error('usage: node agree.mjs MADE COUNT [SEED]')
  process.exit(2)
}
const DAY_S = 86400
const BATCH = 250
const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8'))
const [{ openBundle }, { readRoots }, { check }, { withWords }, { unlessRefused }] = await Promise.all(
  ['bundle', 'trust', 'device', 'verdict', 'refused'].map(load),
)

// --- dice (mulberry32): the same seed, the same inputs ---

let state = Number(seedText) >>> 0
function below(n) {
  state = (state + 0x6d2b79f5) >>> 0
  let t = Math.imul(state ^ (state >>> 15), state | 1)
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
  return ((t ^ (t >>> 14)) >>> 0) % n
}
const pick = (list) => list[below(list.length)]

// --- tokens ---

const FEW = 12 // the first of them have versions and orders
const tokens = made.tokens.map(({ file }) => readFileSync(join(folder, file)))
const keyNames = ['token-1', 'publish-1', 'log-1', 'staple-1', 'root-1']
const known = keyNames.flatMap((name) => {
  try {
    return [keyFromPem(join(folder, 'home', 'keys', `${name}.pem`))]
  } catch (e) {
    if (e.code === 'ENOENT') return []
    throw e
  }
})
const tokenKey = known[0]
const stranger = newKey(tokenKey.alg)

// Claims as they are, and near and far of every border that a rule has.
const CHANGES = [
  [4, () => pick([1, 2, 13, 99, 9999, 0, 10000])],
  [5, () => pick([33, 34, 901, 999, 1000, 0])],
  [6, () => below(5)],
  [7, (v) => v + below(3) - 1],
  [8, (v) => v + below(5) - 2],
  [9, (v) => v + below(4) - 1],
  [10, () => pick([below(65536), below(2 ** 28), 65535, 65536, 2 ** 28 - 1])],
  [11, (v) => pick([v, below(400), 999999, 1000000, 2000000])],
  [12, () => [1, below(70), below(70)]],
]
const IATS = [0, 1, made.published - 1, made.published, made.published + 1, made.published + DAY_S, made.published + 9 * DAY_S, 2 ** 40]

function signedAnew(bytes) {
  const { payload } = readSign1(bytes)
  const map = read(Buffer.from(payload), 'the claims')
  const certificate = map.get(-65537)
  for (let i = below(3); i > 0; i--) {
    const [key, change] = pick(CHANGES)
    certificate.set(key, change(certificate.get(key)))
  }
  if (below(4) === 0) map.set(6, pick(IATS))
  if (below(20) === 0) map.set(2, pick(['', 'a', 'X'.repeat(41), '0330', 7]))
  if (below(20) === 0) certificate.delete(pick([1, 3, 8, 12, 13]))
  if (below(20) === 0) certificate.set(1, pick(['', '示例\u0085', '𰻝示例', 'x'.repeat(401)]))
  const key = below(5) > 0 ? tokenKey : pick([...known, stranger])
  const header = pick([undefined, undefined, undefined, new Map([[1, pick([-7, -8, -65538])], [4, key.kid]])])
  return makeSign1(key, write(map), { header, high: key.alg === -7 && below(10) === 0 })
}

const MUTATIONS = [
  (bytes) => bytes,
  (bytes) => bytes,
  signedAnew,
  signedAnew,
  signedAnew,
  (bytes) => flipped(bytes, below(bytes.length * 8)),
  (bytes) => bytes.subarray(0, below(bytes.length)),
  (bytes) => Buffer.concat([bytes, Buffer.of(below(256))]),
  (bytes) => { const at = below(bytes.length); return Buffer.concat([bytes.subarray(0, at), Buffer.of(below(256)), bytes.subarray(at)]) },
  () => Buffer.from(Array.from({ length: 1 + below(60) }, () => below(256))),
]

// --- addresses and texts ---

const USUAL = ['', 'HTTPS://CERT.EXAMPLE/V/', 'https://cert.example/v/', 'HTTPS://CERT.EXAMPLE.EVIL.CN/V/']
const PREFIXES = [
  'HTTPS://CERT.EXAMPLE@EVIL.CN/V/', 'HTTP://CERT.EXAMPLE/V/', 'HTTPS://CERT.EXAMPLE./V/', 'HTTPS://CERT.EXAMPLE:443/V/', 'HTTPS:///V/',
  ' \t', 'HTTPS://CERT.EXAMPLE/V/0', 'HTTPS://CERT.EXAMPLE/', 'HTTPS://CERT。EXAMPLE/V/',
]
const SUFFIXES = [' ', '\t', '?a=1', '/', '0', '12']

function randomText() {
  const bytes = pick(MUTATIONS)(pick(below(2) ? tokens : tokens.slice(0, FEW)))
  const digits = bytes.length > 0 ? encodeDigits(bytes) : ''
  const text = `${pick(below(8) ? USUAL : PREFIXES)}${digits}${below(10) ? '' : pick(SUFFIXES)}`
  return text === '' || text === '-' ? 'x' : text // an empty line names nothing, a dash is standard input
}

// --- bundles and moments ---

function readBundle(name) {
  return readFileSync(join(folder, name, 'bundle.scb'))
}

const whole = readBundle('publish')
const files = [whole, whole, readBundle('publish-week-before'), readBundle('publish-early'), readBundle('publish-empty'),
  flipped(whole, (whole.length - 2) * 8), flipped(whole, (whole.length - 400) * 8), flipped(whole, 8 * 200)]
const ROOT = join(folder, 'home', 'root.cbor')

const momentsOf = ({ issued, sets }, trust) => [issued, issued + 1, issued + 60, issued + 3600, issued + DAY_S, issued + 5 * DAY_S, issued - DAY_S, issued - DAY_S - 1, sets[0].exp, sets[0].exp + 1,
  issued + 30 * DAY_S, issued + 30 * DAY_S + 1, trust.nextUpdate, trust.nextUpdate + 1, issued + 500 * DAY_S, issued + 900 * DAY_S]

// The same bundle, moment and language for both.
async function atHand() {
  const file = pick(files)
  const bundle = await unlessRefused(async () => openBundle(file, await readRoots(new Uint8Array(readFileSync(ROOT)))))
  const device = bundle ? { bundle, notes: [] } : { broken: 'block_damaged', notes: [] }
  const at = bundle ? pick(momentsOf(bundle.header, bundle.trust)) : made.at
  return { device, by: { bundle: scratch('bundle.scb', file), root: ROOT, at, lang: pick(['zh', 'en']) } }
}

async function compare({ device, by }, text, theirs, where, live) {
  const ours = withWords(await check(device, text, by.at, live), by.lang)
  assert.deepEqual(ours, theirs, `seed ${seedText}, ${where}: '${text}' at ${by.at}, live code ${live}`)
  const kind = [ours.state, ours.status_from, ...ours.problems.map(({ code }) => code)].join(' ')
  kinds.set(kind, 1 + (kinds.get(kind) ?? 0))
}

async function compareBatch(size, n) {
  const hand = await atHand()
  const texts = Array.from({ length: size }, randomText)
  const theirs = certcheck(hand.by, texts)
  assert.equal(theirs.length, texts.length)
  for (const [i, text] of texts.entries()) await compare(hand, text, theirs[i], `batch ${n}, input ${i}`)
}

// --- live codes ---

const stapleKey = known[keyNames.indexOf('staple-1')]
const SECONDS = [0, 0, -1, 1, -5, -599, -600, -601, 599, 600, 601, -DAY_S, DAY_S]
const HEADERS = [undefined, undefined, undefined, undefined, undefined, new Map([[1, -8]]), new Map([[1, tokenKey.alg], [4, stapleKey.kid]])]

function randomLive(token, at) {
  const key = below(6) > 0 ? stapleKey : pick([tokenKey, stranger])
  const values = {
    leaf: leafOf(below(8) > 0 ? token : pick(tokens)),
    state: below(8) > 0 ? pick(Object.values(STATE)) : pick([0, 1, 91, 256]),
    deadline: pick([18800, 18900, 19500, 21000, 0, 47481, 47482]),
    iat: Math.max(0, pick([at, at, at, made.published]) + pick(SECONDS)),
  }
  const bytes = makeStaple(key, values, { header: pick(HEADERS) })
  const turned = below(10) === 0 ? flipped(bytes, below(bytes.length * 8)) : bytes
  return below(20) === 0 ? pick(['x', '12', USUAL[1] + digitsOf(turned), '0']) : digitsOf(turned)
}

async function compareLive(n) {
  const hand = await atHand()
  const bytes = pick(below(2) ? tokens : tokens.slice(0, FEW))
  const token = below(6) > 0 ? bytes : signedAnew(bytes)
  const text = USUAL[1] + encodeDigits(token)
  const live = randomLive(token, hand.by.at)
  await compare(hand, text, certcheckLive(hand.by, text, live), `live code ${n}`, live)
}

const kinds = new Map()
const began = performance.now()
const count = Number(countText)
for (let done = 0; done < count; done += BATCH) await compareBatch(Math.min(BATCH, count - done), done / BATCH)
const lives = Math.ceil(count / 10)
for (let n = 0; n < lives; n++) await compareLive(n)
console.log(`${count + lives} verdicts agree, of ${kinds.size} kinds, in ${((performance.now() - began) / 1000).toFixed(0)} s`)
for (const [kind, times] of [...kinds].sort((a, b) => b[1] - a[1])) console.log(`${String(times).padStart(6)}  ${kind}`)
