// Bytes as decimal digits, and the QR text around them (docs/formats.md, "QR text").
import { need, refuse } from './refused.mjs'

const GROUP_BYTES = 7
const GROUP_DIGITS = 17
const DIGITS_OF_BYTES = [0, 3, 5, 8, 10, 13, 15, GROUP_DIGITS]
const DIGITS_MAX = 4096

export function encodeDigits(bytes) {
  let text = ''
  for (let at = 0; at < bytes.length; at += GROUP_BYTES) {
    const group = bytes.subarray(at, at + GROUP_BYTES)
    text += group.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n).toString().padStart(DIGITS_OF_BYTES[group.length], '0')
  }
  return text
}

function decodeGroup(text) {
  const length = DIGITS_OF_BYTES.indexOf(text.length)
  need(length > 0, `a last group of ${text.length} digits`)
  const number = BigInt(text)
  need(number < 1n << BigInt(8 * length), `a group over the largest value of ${length} bytes`)
  return Buffer.from(number.toString(16).padStart(2 * length, '0'), 'hex')
}

export function decodeDigits(text) {
  need(/^[0-9]+$/.test(text), 'not digits alone')
  need(text.length <= DIGITS_MAX, `more than ${DIGITS_MAX} digits`)
  const groups = []
  for (let at = 0; at < text.length; at += GROUP_DIGITS) groups.push(decodeGroup(text.slice(at, at + GROUP_DIGITS)))
  return Buffer.concat(groups)
}

// { host, bytes }; host is '' for bare digits.
export function readQrText(text) {
  const match = /^[ \t-\r]*(?:https:\/\/([0-9A-Z.:-]+)\/V\/)?([0-9]+)[ \t-\r]*$/i.exec(text)
  return match ? { host: match[1] ?? '', bytes: decodeDigits(match[2]) } : refuse('not a QR text of ours')
}
