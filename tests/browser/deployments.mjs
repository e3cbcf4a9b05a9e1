// The deployments of tests/interop/make_publication.mjs: ES256 and SM2. INTEROP_MADE, INTEROP_MADE_SM2: their folders.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function deployment(path) {
  const made = JSON.parse(readFileSync(join(path, 'made.json'), 'utf8'))
  const tokens = Object.fromEntries(made.tokens.map((token) => [`${token.number} ${token.version}`, token]))
  const find = (id, version) => tokens[`${made.numbers[id]} ${version}`]
  return {
    path,
    at: made.at,
    number: (id) => made.numbers[id],
    text: (id, version = 1) => find(id, version).text,
    bytes: (id, version = 1) => readFileSync(join(path, find(id, version).file)),
    shown: (id, version = 1) => find(id, version).shown,
  }
}

export const es256 = deployment(process.env.INTEROP_MADE)
export const sm2 = deployment(process.env.INTEROP_MADE_SM2)

// The program, on the first deployment's home.
export function sitecert(...args) {
  const { status, stderr } = spawnSync(process.env.SITECERT, args, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', SITECERT_HOME: join(es256.path, 'home'), SITECERT_CLOCK: '2021-07-01T09:00:00+08:00' },
  })
  assert.equal(status, 0, String(stderr))
}

// A QR code of any text as a picture.
export function drawCode(text, png) {
  assert.equal(spawnSync(process.env.MAKE_QR, [text, png]).status, 0)
}
