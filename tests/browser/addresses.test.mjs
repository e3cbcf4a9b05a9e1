// Addresses that look like ours are never taken for ours, by certcheck and by the page alike.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { certcheck } from './certcheck.mjs'
import { load } from './node.mjs'

const [{ openBundle }, { check }, { withWords }, { readQrText }] = await Promise.all(['bundle', 'device', 'verdict', 'digits'].map(load))
const folder = process.env.INTEROP_MADE
const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8'))
const bundlePath = join(folder, 'publish', 'bundle.scb')
const bundle = await openBundle(new Uint8Array(readFileSync(bundlePath)))
const digits = readQrText(made.tokens[1].text).digits

const lines = readFileSync(fileURLToPath(new URL('../vectors/address/addresses.txt', import.meta.url)), 'utf8').split('\n')
const cases = lines.filter((line) => line && !line.startsWith('#')).map((line) => {
  const want = line.slice(0, line.indexOf('\t'))
  const shown = line.slice(want.length + 1)
  return { want, shown, text: JSON.parse(`"${shown}"`) }
})

// The first @ of a text may belong to the address: the last one is the token's place.
const fill = (text) => text.replace(/@(?=[^@]*$)/, digits)

const WANTED = {
  ours: (v) => v.host_matches === true && v.authentic && v.in_force === true,
  foreign: (v) => v.host_matches === false && v.authentic && v.problems.some(({ code }) => code === 'host_mismatch'),
  unreadable: (v) => v.host_matches === null && !v.authentic && v.number === null && v.problems.some(({ code }) => code === 'unreadable'),
}

test('there are over thirty that are not ours', () => assert.ok(cases.filter(({ want }) => want !== 'ours').length > 30))

const texts = cases.map(({ text }) => fill(text))
const theirs = certcheck({ bundle: bundlePath, root: join(folder, 'home', 'root.cbor'), at: made.at, lang: 'zh' }, texts)
for (const [i, { want, shown }] of cases.entries()) {
  test(`${want}: ${shown}`, async () => {
    const ours = withWords(await check({ bundle, notes: [] }, texts[i], made.at), 'zh')
    assert.ok(WANTED[want](theirs[i]), `certcheck: ${JSON.stringify(theirs[i])}`)
    assert.ok(WANTED[want](ours), `page: ${JSON.stringify(ours)}`)
    assert.deepEqual(ours, theirs[i])
  })
}
