import assert from 'node:assert/strict'
import test from 'node:test'
import { read, write } from './cbor.mjs'
import { refuses } from './testing.mjs'

const REFUSED = {
  'nothing at all': '',
  'a byte more': '0000',
  'an integer in more bytes than it needs': '1800',
  'a length in more bytes than it needs': '580100',
  'an array of indefinite length': '9f01ff',
  'a map of indefinite length': 'bf0101ff',
  'bytes of indefinite length': '5f4101ff',
  'text of indefinite length': '7f6161ff',
  'a key twice': 'a201010102',
  'keys that descend': 'a202000100',
  'keys in the order of RFC 7049, shorter ones first': 'a30a002000186400',
  'a key of bytes': 'a1410100',
  'a key of bytes twice': 'a24101004101 00'.replace(' ', ''),
  'a float': 'f93e00',
  'a whole number as a float': 'f93c00',
  'undefined': 'f7',
  'a tag that we do not use': 'c001',
  'text that is not UTF-8': '61ff',
  'an array cut short': '8201',
  'text cut short': '6261',
  'items nested seventeen deep': `${'81'.repeat(17)}00`,
}

for (const [what, hex] of Object.entries(REFUSED)) {
  test(`${what} is refused`, () => refuses(() => read(Buffer.from(hex, 'hex'), 'it')))
}

test('keys ascend by their bytes, not by their length', () => {
  const bytes = Buffer.from('a30a00186401' + '2002', 'hex')
  assert.deepEqual([...read(bytes, 'it')], [[10, 0], [100, 1], [-1, 2]])
  assert.deepEqual(write(new Map([[-1, 2], [100, 1], [10, 0]])), bytes)
})

test('integers past 2^53 keep their last bit', () => {
  const bytes = Buffer.from('1b0020000000000001', 'hex')
  assert.deepEqual(write(read(bytes, 'it')), bytes)
})
