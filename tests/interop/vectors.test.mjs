// The published files under tests/vectors mean to this reader what is written beside them.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { readBundle } from './bundle.mjs'
import { applyDelta } from './delta.mjs'
import { read } from './cbor.mjs'
import { decodeBlock, deadlineAt, statusAt } from './columns.mjs'
import { checkSign1, readKey, sha256 } from './cose.mjs'
import { readStatement } from './deadlines.mjs'
import { readDirectory } from './directory.mjs'
import { Refused } from './refused.mjs'
import { readStatusList } from './status.mjs'
import { checkInclusion, leafHash, readCheckpoint, readProof } from './tlog.mjs'
import { readToken } from './token.mjs'
import { USE, readTrustList } from './trust.mjs'

const NOW = 1717214400 // when the lists were made
const vectors = fileURLToPath(new URL('../vectors', import.meta.url))

function readVector(...names) {
  return readFileSync(join(vectors, ...names))
}

function hexOf(bytes) {
  return Buffer.from(bytes).toString('hex')
}

// --- lists and log: NAME.in, and beside it what it means, or a line that begins with an error's name ---

function tellStatus(bytes, trust) {
  return readStatusList(bytes, trust).then(({ uri, iat, exp, ttl, bits }) => [
    `uri ${uri}`,
    `iat ${iat}`,
    `exp ${exp}`,
    `ttl ${ttl}`,
    ...Array.from({ length: bits.length * 4 }, (_, i) => `${i} ${['valid', 'invalid', 'suspended'][statusAt(bits, i)]}`),
  ])
}

function tellBlock(bytes, set, rows) {
  const plain = decodeBlock(bytes, rows, set)
  return [
    `sha256 of the plain bytes ${hexOf(sha256(plain))}`,
    ...Array.from({ length: rows }, (_, i) => {
      const { version, deadline } = set === 'deadlines' ? deadlineAt(plain, rows, i) : {}
      return set === 'status' ? `${i} status ${statusAt(plain, i)}` : `${i} version ${version} deadline ${deadline}`
    }),
  ]
}

async function tellDeadlines(bytes, trust, name) {
  const block = /^block-(status|deadlines)-([0-9]+)/.exec(name)
  if (block) return tellBlock(bytes, block[1], Number(block[2]))
  const { uri, iat, exp, sequence, rows, root } = await readStatement(bytes, trust)
  return [`uri ${uri}`, `iat ${iat}`, `exp ${exp}`, `sequence ${sequence}`, `rows ${rows}`, `root ${hexOf(root)}`]
}

async function tellDirectory(bytes, trust) {
  const { issued, posts, units, providers } = await readDirectory(bytes, trust)
  return [
    `deployment ${hexOf(trust.deployment)}`,
    `issued ${issued}`,
    ...[...posts.values()].map(({ code, name, nameEn }) => `post ${code} ${name} | ${nameEn}`),
    ...[...units.values()].map(({ code, name }) => `unit ${code} ${name}`),
    ...providers.map(({ creditCode, name, unit }, i) => `provider ${i} unit ${unit} ${creditCode} ${name}`),
  ]
}

async function tellBundle(bytes) {
  const bundle = await readBundle(bytes)
  const { header, sections, checkpoint } = bundle
  return [
    `deployment ${hexOf(header.deployment)}`,
    `sequence ${header.sequence}`,
    `issued ${header.issued}`,
    `status exp ${header.sets[0].exp}`,
    `deadlines exp ${header.sets[1].exp}`,
    `rows ${header.rows}`,
    ...Object.values(sections).map((section, i) => `section ${i + 1} of ${section.length} bytes`),
    `log size ${checkpoint.size}`,
    ...Array.from({ length: header.rows }, (_, i) => {
      const { status, version, deadline } = bundle.row(i)
      return `${i} status ${status} version ${version} deadline ${deadline}`
    }),
  ]
}

async function tellDelta(bytes) {
  const before = await readBundle(readVector('delta', 'before.scb'))
  const { header, sections, row } = await applyDelta(before, bytes)
  return [
    `from ${before.header.sequence}`,
    `deployment ${hexOf(header.deployment)}`,
    `sequence ${header.sequence}`,
    `issued ${header.issued}`,
    `status exp ${header.sets[0].exp}`,
    `deadlines exp ${header.sets[1].exp}`,
    `rows ${header.rows}`,
    ...Object.values(sections).map((section, i) => `section ${i + 1} of ${section.length} bytes`),
    `log size ${sections.checkpoint.toString().split('\n')[1]}`,
    ...Array.from({ length: header.rows }, (_, i) => {
      const { status, version, deadline } = row(i)
      return `${i} status ${status} version ${version} deadline ${deadline}`
    }),
  ]
}

async function tellLog(bytes, trust, name) {
  if (name.startsWith('checkpoint')) {
    const { origin, size, root } = readCheckpoint(bytes, trust, NOW)
    return [`origin ${origin}`, `size ${size}`, `root ${hexOf(root)}`]
  }
  const { index, hashes, checkpoint } = readProof(bytes)
  const { size, root } = readCheckpoint(checkpoint, trust, NOW)
  const leaf = leafHash(`leaf ${index}`)
  return [
    `index ${index} of ${size}`,
    `leaf ${hexOf(leaf)}`,
    ...hashes.map((hash) => `with ${hexOf(hash)}`),
    `root ${hexOf(root)}`,
    checkInclusion(leaf, index, size, hashes, root) ? 'included' : 'not included',
  ]
}

const TELLERS = { status: tellStatus, deadlines: tellDeadlines, directory: tellDirectory, bundle: tellBundle, delta: tellDelta, log: tellLog }

async function tellOrRefuse(tell) {
  try {
    return (await tell()).map((line) => `${line}\n`).join('')
  } catch (e) {
    if (e instanceof Refused) return 'refused'
    throw e
  }
}

for (const [area, tell] of Object.entries(TELLERS)) {
  const names = readdirSync(join(vectors, area)).filter((name) => name.endsWith('.in'))
  test(`there are vectors of ${area}`, () => assert.ok(names.length >= 5))
  for (const name of names) {
    test(`${area}/${name}`, async () => {
      const trust = await readTrustList(readVector(area, 'trust.cbor'))
      const want = readVector(area, name.replace(/in$/, 'want')).toString()
      const told = await tellOrRefuse(() => tell(readVector(area, name), trust, name))
      assert.equal(told, /^RC_/m.test(want) ? 'refused' : want)
    })
  }
}

// --- tokens and trust lists: a folder for each case ---

function readCase(folder) {
  return {
    input: Buffer.from(readFileSync(join(folder, 'input.hex'), 'latin1').replace(/\s/g, ''), 'hex'),
    expected: readFileSync(join(folder, 'expected.txt'), 'utf8'),
  }
}

const keys = readVector('token', 'keys.txt').toString().split('\n').filter((line) => /^[0-9a-f]/.test(line))
  .map((line) => readKey(read(Buffer.from(line, 'hex'), 'a key')))

function tellClaims({ kid, claims: c }) {
  const ce = c.ce?.map(({ k, hours, postHours }) => `${k} ${hours} ${postHours}`).join(' ')
  const pairs = {
    verdict: 'authentic', kid: hexOf(kid), number: c.number, iat: c.iat, name: c.name, id_type: c.idType, id_tail: c.idTail,
    post: c.post, unit: c.unit, provider: c.provider, issued: c.issued, deadline: c.deadline, version: c.version,
    status_index: c.statusIndex, log_index: c.logIndex, ce, photo: c.photo && hexOf(c.photo),
  }
  return Object.entries(pairs).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\n`).join('')
}

async function tellToken(bytes) {
  const { message, claims } = readToken(bytes)
  const key = keys.find(({ kid }) => kid.equals(Buffer.from(message.header.kid)))
  if (!key) return 'verdict: unknown key\n'
  return (await checkSign1(message, key)) ? tellClaims({ kid: key.kid, claims }) : 'verdict: bad signature\n'
}

function tellTrustedKey(key) {
  const use = Object.keys(USE).find((name) => USE[name] === key.use)
  const range = key.use === USE.token ? ` ${key.first}-${key.last}` : ''
  const scope = (name) => (key[name] ? ` ${name} ${key[name].join(' ')}` : '')
  const cut = key.cutOff
  const cutOff = cut ? ` cut off at ${cut.time ? `time ${cut.time}` : `${cut.index}, ends at ${key.end}`}` : ''
  return `key: ${hexOf(key.kid)} ${use}${range}${scope('units')}${scope('posts')}${key.name ? ` ${key.name}` : ''}${cutOff}\n`
}

async function tellTrust(bytes) {
  const list = await readTrustList(bytes)
  return [
    'verdict: good\n',
    `sequence: ${list.sequence}\n`,
    `demo: ${list.demo ? 'yes' : 'no'}\n`,
    `hosts: ${list.hosts.join(' ')}\n`,
    `roots: ${list.roots.threshold} of ${list.roots.keys.length}\n`,
    ...list.keys.map(tellTrustedKey),
    ...(list.witnesses?.list ?? []).map(({ name }) => `witness: ${name}, ${list.witnesses.quorum} of ${list.witnesses.list.length}\n`),
    ...list.closed.map(({ origin, size }) => `closed: ${origin} at ${size}\n`),
  ].join('')
}

// What this reader refuses, others may call by different names; a signature that does not hold is told apart for tokens.
const REFUSALS = { token: /^verdict: malformed\n/, trust: /^verdict: (malformed|refused|bad signature)\n/ }

for (const [area, tell] of Object.entries({ token: tellToken, trust: tellTrust })) {
  for (const kind of ['valid', 'invalid']) {
    const names = readdirSync(join(vectors, area, kind))
    test(`there are ${kind} vectors of ${area}`, () => assert.ok(names.length >= 5))
    for (const name of names) {
      test(`${area}/${kind}/${name}`, async () => {
        const { input, expected } = readCase(join(vectors, area, kind, name))
        let told
        try {
          told = await tell(input)
        } catch (e) {
          if (!(e instanceof Refused)) throw e
          assert.match(expected, REFUSALS[area])
          return
        }
        assert.equal(told, expected)
      })
    }
  }
}
