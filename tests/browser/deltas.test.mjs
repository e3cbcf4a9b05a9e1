// Bundles that the page's reader brings up to date by deltas: row by row what was published, and what certcheck makes of them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { flipped } from '../interop/testing.mjs'
import { scratch } from './certcheck.mjs'
import { load } from './node.mjs'

const [{ openBundle }, { Update }, { Refused }] = await Promise.all(['bundle', 'update', 'refused'].map(load))
const folder = process.env.INTEROP_MADE
const bytesOf = (...names) => new Uint8Array(readFileSync(join(folder, ...names)))
const openPublished = (name) => openBundle(bytesOf(name, 'bundle.scb'))
const pathOf = (sequence) => join(folder, 'publish', 'deltas', `${sequence}.delta`)
const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: '/nonexistent', SITECERT_CLOCK: '2021-07-01T09:00:00+08:00' }
const last = await openPublished('publish')

async function follow(bundle) {
  const update = new Update(bundle)
  const paths = []
  for (; existsSync(pathOf(update.sequence)); await update.apply(new Uint8Array(readFileSync(paths.at(-1))))) paths.push(pathOf(update.sequence))
  return { file: await update.finish(), paths }
}

async function rowsOf(bundle) {
  const rows = []
  for (let i = 0; i < bundle.header.rows; i++) rows.push(await bundle.row(i))
  return rows
}

for (const name of ['publish-empty', 'publish-early', 'publish-week-before']) {
  test(`${name} becomes what is published now`, async () => {
    const { file, paths } = await follow(await openPublished(name))
    const made = await openBundle(file)
    assert.equal(made.header.sequence, last.header.sequence)
    assert.deepEqual(made.sections, last.sections)
    assert.deepEqual(await rowsOf(made), await rowsOf(last))

    const theirs = scratch('theirs.scb', '')
    copyFileSync(join(folder, name, 'bundle.scb'), theirs)
    const { status, stderr } = spawnSync(process.env.CERTCHECK, ['bundle', 'update', theirs, ...paths, '--root', join(folder, 'home', 'root.cbor')], { env })
    assert.equal(status, 0, String(stderr))
    assert.deepEqual(await rowsOf(await openBundle(new Uint8Array(readFileSync(theirs)))), await rowsOf(made))
    assert.equal(spawnSync(process.env.CERTCHECK, ['bundle', 'show', scratch('ours.scb', file)], { env }).status, 0)
  })
}

async function refuses(bundle, bytes, pattern) {
  await assert.rejects(async () => {
    const update = new Update(bundle)
    await update.apply(bytes)
    await openBundle(await update.finish(), undefined)
  }, (e) => e instanceof Refused && pattern.test(e.message))
}

test('a gap, a step back and the same once more are refused', async () => {
  const early = await openPublished('publish-early')
  const week = await openPublished('publish-week-before')
  const [toWeek, toLast] = [early, week].map(({ header }) => new Uint8Array(readFileSync(pathOf(header.sequence))))
  await refuses(early, toLast, /one between is missing/)
  await refuses(week, toWeek, /here already/)
  await refuses(last, toLast, /here already/)
})

test('no bit of a delta may be another', async () => {
  const early = await openPublished('publish-early')
  const delta = new Uint8Array(readFileSync(pathOf(early.header.sequence)))
  for (let bit = 0; bit < delta.length * 8; bit += 61) await refuses(early, new Uint8Array(flipped(delta, bit)), /./)
})
