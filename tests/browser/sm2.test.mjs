// The page's SM2 against sm-crypto: what it signs holds, nothing beside it does, and no point is a special case.
import assert from 'node:assert/strict'
import test from 'node:test'
import { newSm2Pair, pairFromSecret, sm2Sign } from '../interop/sm2.mjs'
import { load } from './node.mjs'

const { digestHolds, holds, isPoint } = await load('sm2')
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n
const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n
const MESSAGE = new TextEncoder().encode('message digest')

const bytesOf = (number) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex')
const numberOf = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const signature = (r, s) => Buffer.concat([bytesOf(r), bytesOf(s)])

test('what sm-crypto signs holds, for its message, key and id alone', async () => {
  for (let i = 0; i < 40; i++) {
    const [pair, other] = [newSm2Pair(), newSm2Pair()]
    const message = crypto.getRandomValues(new Uint8Array(i * 9))
    const signed = sm2Sign(pair.secret, message)
    assert.ok(isPoint(pair.x, pair.y))
    assert.ok(await holds(pair, message, signed))
    assert.ok(!(await holds(other, message, signed)))
    assert.ok(!(await holds(pair, Uint8Array.of(...message, 0), signed)))
    assert.ok(!(await holds(pair, message, sm2Sign(pair.secret, message, 'another id'))))
  }
})

test('no single bit flip is accepted', async () => {
  const pair = newSm2Pair()
  const signed = sm2Sign(pair.secret, MESSAGE)
  for (let bit = 0; bit < 512; bit++) {
    const flipped = Buffer.from(signed)
    flipped[bit >> 3] ^= 1 << (bit & 7)
    assert.ok(!(await holds(pair, MESSAGE, flipped)), `bit ${bit}`)
  }
})

// Each would hold by the equation alone: its digest is chosen to fit.
const fits = (r, point) => (r + N - (numberOf(point.x) % N)) % N
const multiple = (n) => pairFromSecret(bytesOf(n))

test('r and s are in range, and not each other\'s opposite', () => {
  const [d, r, s] = [3n, 7n, 5n]
  const pair = multiple(d)
  const sum = (a, b) => multiple((b + ((a + b) % N) * d) % N)
  const holdsFitted = (a, b) => digestHolds(pair, fits(a % N, sum(a % N, b % N)), a, b)
  assert.ok(holdsFitted(r, s))
  for (const [a, b] of [[0n, s], [r, 0n], [r + N, s], [r, s + N], [N, s], [r, N], [r, N - r]]) assert.ok(!holdsFitted(a, b), `${a} ${b}`)
})

// Of the curve's points few have such an x: none is met by chance.
test('an x from n on is reduced by n', () => {
  const power = (base, exponent) => (exponent === 0n ? 1n : (power((base * base) % P, exponent >> 1n) * (exponent & 1n ? base : 1n)) % P)
  const rootOf = (x) => power((x ** 3n - 3n * x + B) % P, (P + 1n) / 4n)
  let x = N
  while (!isPoint(bytesOf(x), bytesOf(rootOf(x)))) x++
  const [y, two] = [rootOf(x), multiple(2n)]
  const [x2, y2] = [numberOf(two.x), P - numberOf(two.y)]
  const slope = ((y - y2 + P) * power((x - x2 + P) % P, P - 2n)) % P
  const keyX = (slope * slope - x - x2 + 2n * P) % P
  const keyY = (slope * (x - keyX + P) - y + P) % P
  assert.ok(digestHolds({ x: bytesOf(keyX), y: bytesOf(keyY) }, N - 1n - (x - N), N - 1n, 2n))
  assert.ok(!digestHolds({ x: bytesOf(keyX), y: bytesOf(keyY) }, N - 2n - (x - N), N - 1n, 2n))
})

test('a key that is the base point is a key as any', async () => {
  const pair = multiple(1n)
  assert.ok(await holds(pair, MESSAGE, sm2Sign(pair.secret, MESSAGE)))
})

// The sum of both multiples is no point then: it has no x, and nothing is equal to it.
test('a signature whose point is at infinity is refused', async () => {
  const secret = 0x123456789n
  const pair = multiple(secret)
  for (let t = 1n; t < 20n; t++) {
    const s = ((N - t) * secret) % N
    const r = (t + N - s) % N
    assert.ok(!(await holds(pair, MESSAGE, signature(r, s))))
  }
})
