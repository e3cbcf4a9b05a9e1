import assert from 'node:assert/strict'
import test from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { decodeBlock, deadlineAt, statusAt } from './columns.mjs'
import { refuses } from './testing.mjs'

const flate = deflateRawSync

function column(coding, bytes) {
  const head = Buffer.alloc(5)
  head[0] = coding
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

function hex(text) {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

// Four rows: versions 1 1 2 3, deadlines 18000 18000 18001 18001.
const ROWS = 4
const PLAIN = hex('0001 0001 0002 0003  004650 004650 004651 004651')
const VERSIONS = {
  planes: column(1, flate(hex('00000000 01010203'))),
  dictionary: column(2, hex('0003 0001 0002 0003 90')), // indexes 0 0 1 2: 10 01 00 00
  'dictionary, deflated': column(3, flate(hex('0003 0001 0002 0003 90'))),
  runs: column(4, flate(hex('0001 0001  0000 0002  0000 0003'))),
}
const DEADLINES = {
  planes: column(1, flate(hex('00000000 46464646 50505151'))),
  dictionary: column(2, hex('0002 004650 004651 0c')),
  'dictionary, deflated': column(3, flate(hex('0002 004650 004651 0c'))),
  runs: column(4, flate(hex('0001 004650  0001 004651'))),
}

for (const coding of Object.keys(VERSIONS)) {
  test(`${coding} gives the plain bytes`, () => {
    const plain = decodeBlock(Buffer.concat([VERSIONS[coding], DEADLINES[coding]]), ROWS, 'deadlines')
    assert.deepEqual(plain, PLAIN)
    assert.deepEqual(deadlineAt(plain, ROWS, 2), { version: 2, deadline: 18001 })
  })
}

test('a constant column gives every row its value', () => {
  const plain = decodeBlock(Buffer.concat([column(0, hex('0007')), column(0, hex('004650'))]), 3, 'deadlines')
  assert.deepEqual(plain, hex('0007 0007 0007 004650 004650 004650'))
})

test('statuses stand four to a byte, low bits first', () => {
  const plain = decodeBlock(column(0, hex('24')), 4, 'status')
  assert.deepEqual([0, 1, 2, 3].map((row) => statusAt(plain, row)), [0, 1, 2, 0])
})

const good = DEADLINES.planes
const REFUSED = {
  'a coding that there is not': column(5, hex('0001')),
  'a constant of another width': column(0, hex('000001')),
  'planes with a byte too few': column(1, flate(hex('00000000 010102'))),
  'planes with a byte too many': column(1, flate(hex('00000000 0101020300'))),
  'a deflated part with a byte behind it': column(1, Buffer.concat([flate(hex('00000000 01010203')), hex('00')])),
  'a deflated part cut short': column(1, flate(hex('00000000 01010203')).subarray(0, -1)),
  'a dictionary of one entry': column(2, hex('0001 0001')),
  'a dictionary that does not ascend': column(2, hex('0003 0001 0003 0002 90')),
  'a dictionary with spare bits set': column(2, hex('0002 0001 0002 1c')),
  'an index past the dictionary': column(2, hex('0003 0001 0002 0003 f0')),
  'a dictionary with a byte too many': column(2, hex('0003 0001 0002 0003 9000')),
  'runs of too few rows': column(4, flate(hex('0001 0001  0000 0002'))),
  'runs of too many rows': column(4, flate(hex('0001 0001  0002 0002'))),
  'a run cut short': column(4, flate(hex('0003 00'))),
}
for (const [what, versions] of Object.entries(REFUSED))
  test(`${what} is refused`, () => refuses(() => decodeBlock(Buffer.concat([versions, good]), ROWS, 'deadlines')))

test('bytes behind the last column are refused', () => {
  refuses(() => decodeBlock(Buffer.concat([VERSIONS.planes, good, hex('00')]), ROWS, 'deadlines'))
})

test('a block cut short is refused, wherever it is cut', () => {
  const whole = Buffer.concat([VERSIONS.planes, good])
  for (let length = 0; length < whole.length; length++) refuses(() => decodeBlock(whole.subarray(0, length), ROWS, 'deadlines'))
})

test('a fourth status is refused', () => refuses(() => decodeBlock(column(0, hex('0c')), 4, 'status')))

test('statuses past the last row are refused', () => refuses(() => decodeBlock(column(0, hex('40')), 3, 'status')))
