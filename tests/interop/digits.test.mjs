import assert from 'node:assert/strict'
import test from 'node:test'
import { decodeDigits, encodeDigits, readQrText } from './digits.mjs'
import { made, readMade, refuses } from './testing.mjs'

test('bytes of every length come back, whatever they are', () => {
  for (let length = 1; length <= 60; length++) {
    for (const fill of [0x00, 0xff, 0x5a]) {
      const bytes = Buffer.alloc(length, fill)
      assert.deepEqual(decodeDigits(encodeDigits(bytes)), bytes)
    }
  }
})

test('the groups are as long as the document says', () => {
  const lengths = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => encodeDigits(Buffer.alloc(n, 0xff)).length)
  assert.deepEqual(lengths, [3, 5, 8, 10, 13, 15, 17, 20])
  assert.equal(encodeDigits(Buffer.from('0102', 'hex')), '00258')
})

const REFUSED = {
  'no digits': '',
  'a letter': '00A',
  'a sign': '+12',
  'a group of 256': '256',
  'a group of 256 to the seventh': '72057594037927936',
  'a last group of one digit': '0000000000000000' + '01',
  'a last group of four digits': '0001',
}
for (const [what, text] of Object.entries(REFUSED)) test(`${what} is refused`, () => refuses(() => decodeDigits(text)))

for (const text of ['HTTPS://CERT.EXAMPLE/V/', 'HTTPS:///V/001', 'HTTPS://A@CERT.EXAMPLE/V/001', 'HTTPS://CERT.EXAMPLE/V/001?', 'HTTP://CERT.EXAMPLE/V/001'])
  test(`'${text}' is no QR text`, () => refuses(() => readQrText(text)))

test('what the program prints is the token that it writes, behind the address of its host', () => {
  const { tokens } = made()
  assert.ok(tokens.length > 300)
  for (const { text, file } of tokens) {
    assert.match(text, /^HTTPS:\/\/CERT\.EXAMPLE\/V\/[0-9]+$/)
    assert.deepEqual(readQrText(text), { host: 'CERT.EXAMPLE', bytes: readMade(file) })
    assert.equal(`HTTPS://CERT.EXAMPLE/V/${encodeDigits(readMade(file))}`, text)
  }
})
