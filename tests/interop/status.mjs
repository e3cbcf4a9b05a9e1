// The status list: an IETF Token Status List in CWT form, 2 bits (docs/formats.md, "Status list").
import { inflateSync } from 'node:zlib'
import { needBytes, needMap, needUint, read } from './cbor.mjs'
import { statusAt } from './columns.mjs'
import { readSign1 } from './cose.mjs'
import { CWT_CLAIMS, TIME_MAX, readCwt } from './cwt.mjs'
import { need, refuse } from './refused.mjs'

const TYP = 'application/statuslist+cwt'
const LIST_MAX = 64 * 2 ** 20
const CLAIM_STATUS_LIST = 65533
const CLAIM_TTL = 65534

function inflate(packed) {
  try {
    const { buffer, engine } = inflateSync(packed, { info: true, maxOutputLength: LIST_MAX })
    need(engine.bytesWritten === packed.length, 'bytes after the zlib stream')
    return buffer
  } catch (e) {
    if (['Z_DATA_ERROR', 'Z_BUF_ERROR', 'ERR_BUFFER_TOO_LARGE'].includes(e.code)) return refuse(`cannot inflate: ${e.message}`)
    throw e
  }
}

export async function readStatusList(bytes, trust) {
  const message = readSign1(bytes)
  const map = needMap(read(message.payload, 'the claims'), 'the claims', [...CWT_CLAIMS, CLAIM_STATUS_LIST, CLAIM_TTL])
  const cwt = readCwt(map)
  await trust.needSigned(message, TYP, cwt.iat)
  need(cwt.uri === trust.statusUri, 'a status list of another URI')

  const list = needMap(map.get(CLAIM_STATUS_LIST), 'status_list', ['lst', 'bits'])
  needUint(list.get('bits'), 'bits', 2, 2)
  const bits = inflate(needBytes(list.get('lst'), 'lst', 1, LIST_MAX))
  return {
    ...cwt,
    ttl: needUint(map.get(CLAIM_TTL), 'ttl', 1, TIME_MAX),
    bits,
    at(index) {
      need(index < bits.length * 4, 'a status index past the list')
      return statusAt(bits, index)
    },
  }
}
