// The vectors that concern what the page reads: [{ area, name, input, want, beside }], bytes as Uint8Arrays.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../vectors', import.meta.url))

const bytesOf = (...names) => new Uint8Array(readFileSync(join(folder, ...names)))
const textOf = (...names) => readFileSync(join(folder, ...names), 'utf8')

// token, staple and trust: a folder for each case.
function cases(area, beside) {
  return ['valid', 'invalid'].flatMap((kind) => readdirSync(join(folder, area, kind)).map((name) => ({
    area,
    name: `${kind}/${name}`,
    input: new Uint8Array(Buffer.from(textOf(area, kind, name, 'input.hex').replace(/\s/g, ''), 'hex')),
    want: textOf(area, kind, name, 'expected.txt'),
    beside,
  })))
}

// The others: NAME.in, and beside it what it means.
function files(area, pattern, beside) {
  return readdirSync(join(folder, area)).filter((file) => pattern.test(file)).map((file) => {
    const name = file.replace(/\.in$/, '')
    return { area, name, input: bytesOf(area, file), want: textOf(area, `${name}.want`), beside: { ...beside, name, trustList: bytesOf(area, 'trust.cbor') } }
  })
}

export function readVectors() {
  const keysOf = (area) => textOf(area, 'keys.txt').split('\n').filter((line) => /^[0-9a-f]/.test(line))
  return [
    ...cases('token', { keys: keysOf('token') }),
    ...cases('staple', { keys: keysOf('staple') }),
    ...cases('trust', {}),
    ...files('deadlines', /^block-.*\.in$/),
    ...files('directory', /\.in$/),
    ...files('bundle', /\.in$/),
    ...files('delta', /\.in$/, { before: bytesOf('delta', 'before.scb') }),
    ...files('log', /^checkpoint.*\.in$/),
  ]
}
