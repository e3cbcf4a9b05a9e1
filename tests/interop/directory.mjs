// The directory: what posts, units and providers are called (docs/formats.md, "Directory").
import { needArray, needBytes, needMap, needText, needUint, read } from './cbor.mjs'
import { readSign1 } from './cose.mjs'
import { readTime } from './cwt.mjs'
import { need, needEqual } from './refused.mjs'

const TYP = 'application/sitecert-directory+cbor'
const NAME_MAX = 300
const CODE_MAX = 65535

function readName(value, what, min = 1) {
  return needText(value, what, min, NAME_MAX)
}

function readPost(value) {
  const [code, name, nameEn] = needArray(value, 'a post', 3)
  return { code: needUint(code, 'post code', 0, CODE_MAX), name: readName(name, 'post name'), nameEn: readName(nameEn, 'post name in English', 0) }
}

function readUnit(value) {
  const [id, name] = needArray(value, 'a unit', 2)
  return { code: needUint(id, 'unit id', 0, CODE_MAX), name: readName(name, 'unit name') }
}

function readProvider(value) {
  const [creditCode, name, unit] = needArray(value, 'a provider', 3)
  return { creditCode: needText(creditCode, 'credit code', 18, 18), name: readName(name, 'provider name'), unit: needUint(unit, 'provider unit', 0, CODE_MAX) }
}

function readAll(value, what, readOne) {
  return needArray(value, what, 0, Infinity).map(readOne)
}

function byCode(entries, what) {
  for (let i = 1; i < entries.length; i++) need(entries[i - 1].code < entries[i].code, `${what} do not ascend`)
  return new Map(entries.map((entry) => [entry.code, entry]))
}

export async function readDirectory(bytes, trust) {
  const message = readSign1(bytes)
  const map = needMap(read(message.payload, 'the directory'), 'the directory', [1, 2, 3, 4, 5])
  const issued = readTime(map.get(2), 'issued')
  await trust.needSigned(message, TYP, issued)
  needEqual(needBytes(map.get(1), 'deployment', 32), trust.deployment, "the directory's deployment")
  return {
    issued,
    posts: byCode(readAll(map.get(3), 'posts', readPost), 'post codes'),
    units: byCode(readAll(map.get(4), 'units', readUnit), 'unit ids'),
    providers: readAll(map.get(5), 'providers', readProvider),
  }
}
