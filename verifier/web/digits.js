// The QR text: an address with a token as decimal digits (docs/formats.md, "QR text").
import { concat } from './bytes.js'
import { need, refuse } from './refused.js'

const GROUP_DIGITS = 17
const DIGITS_OF_BYTES = [0, 3, 5, 8, 10, 13, 15, GROUP_DIGITS]
const DIGITS_MAX = 4096

function decodeGroup(text) {
  const length = DIGITS_OF_BYTES.indexOf(text.length)
  need(length > 0, `a last group of ${text.length} digits`)
  let number = BigInt(text)
  need(number < 1n << BigInt(8 * length), `a group over the largest value of ${length} bytes`)
  const bytes = new Uint8Array(length)
  for (let i = length; i > 0; i--, number >>= 8n) bytes[i - 1] = Number(number & 255n)
  return bytes
}

export function decodeDigits(text) {
  need(/^[0-9]+$/.test(text), 'not digits alone')
  need(text.length <= DIGITS_MAX, `more than ${DIGITS_MAX} digits`)
  const groups = []
  for (let at = 0; at < text.length; at += GROUP_DIGITS) groups.push(decodeGroup(text.slice(at, at + GROUP_DIGITS)))
  return concat(...groups)
}

// { host, digits, bytes }; host is '' for bare digits. The white space trimmed is U+0020, U+0009 to U+000D alone, and no
// letter but those of ASCII has another case here: without the flag `u` none folds into them.
export function readQrText(text) {
  const match = /^[ \t-\r]*(?:https:\/\/([0-9A-Z.:-]+)\/V\/)?([0-9]+)[ \t-\r]*$/i.exec(text)
  return match ? { host: match[1] ?? '', digits: match[2], bytes: decodeDigits(match[2]) } : refuse('not a QR text of ours')
}
