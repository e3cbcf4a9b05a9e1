// The directory: what posts, units and providers are called (docs/formats.md, "Directory").
import { equal } from './bytes.js'
import { needArray, needBytes, needMap, needText, needUint, read } from './cbor.js'
import { readSign1 } from './cose.js'
import { need } from './refused.js'
import { needPublished } from './trust.js'

export const TIME_MAX = 253402300799

const TYP = 'application/sitecert-directory+cbor'
const NAME_MAX = 300
const CODE_MAX = 65535

const readName = (value, what, min = 1) => needText(value, what, min, NAME_MAX)

function readPost(value) {
  const [code, name, nameEn] = needArray(value, 'a post', 3)
  return { code: needUint(code, 'post code', 0, CODE_MAX), name: readName(name, 'post name'), nameEn: readName(nameEn, 'post name in English', 0) }
}

function readUnit(value) {
  const [code, name] = needArray(value, 'a unit', 2)
  return { code: needUint(code, 'unit id', 0, CODE_MAX), name: readName(name, 'unit name') }
}

function readProvider(value) {
  const [creditCode, name, unit] = needArray(value, 'a provider', 3)
  return { creditCode: needText(creditCode, 'credit code', 18, 18), name: readName(name, 'provider name'), unit: needUint(unit, 'provider unit', 0, CODE_MAX) }
}

function byCode(value, what, readOne) {
  const entries = needArray(value, what, 0, Infinity).map(readOne)
  for (let i = 1; i < entries.length; i++) need(entries[i - 1].code < entries[i].code, `${what} do not ascend`)
  return new Map(entries.map((entry) => [entry.code, entry]))
}

export async function readDirectory(bytes, trust) {
  const message = readSign1(bytes)
  const map = needMap(read(message.payload, 'the directory'), 'the directory', [1, 2, 3, 4, 5])
  const issued = needUint(map.get(2), 'issued', 0, TIME_MAX)
  await needPublished(trust, message, TYP, issued)
  need(equal(needBytes(map.get(1), 'deployment', 32), trust.deployment), 'a directory of another deployment')
  return {
    issued,
    posts: byCode(map.get(3), 'posts', readPost),
    units: byCode(map.get(4), 'units', readUnit),
    providers: needArray(map.get(5), 'providers', 0, Infinity).map(readProvider),
  }
}
