// What the published CWTs have in common: 2 sub, 4 exp, 6 iat (docs/formats.md, "Status list").
import { needText, needUint } from './cbor.mjs'
import { need } from './refused.mjs'

export const TIME_MAX = 253402300799

export function readTime(value, what) {
  return needUint(value, what, 0, TIME_MAX)
}

export const CWT_CLAIMS = [2, 4, 6]

export function readCwt(map) {
  const cwt = {
    uri: needText(map.get(2), 'sub', 1, 255),
    exp: readTime(map.get(4), 'exp'),
    iat: readTime(map.get(6), 'iat'),
  }
  need(cwt.iat <= cwt.exp, 'exp is before iat')
  return cwt
}
