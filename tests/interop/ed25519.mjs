// Which 32 bytes are an Ed25519 key of ours (docs/formats.md, "Algorithms and keys"): node asks nothing of them.
// RFC 8032 section 5.1; of x only its square is needed.
const P = 2n ** 255n - 19n
const D = mod(-121665n * inverse(121666n))

function mod(a) {
  const rest = a % P
  return rest < 0n ? rest + P : rest
}

function power(base, exponent) {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = mod(result * b)
    b = mod(b * b)
  }
  return result
}

function inverse(a) {
  return power(a, P - 2n)
}

function double([xx, y]) {
  const yy = mod(y * y)
  const t = mod(D * xx * yy)
  const down = inverse(1n + t)
  return [mod(4n * xx * yy * down * down), mod((yy + xx) * inverse(1n - t))]
}

export function isSoundKey(bytes) {
  const number = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  const y = number & (2n ** 255n - 1n)
  if (y >= P) return false

  const yy = mod(y * y)
  const xx = mod((yy - 1n) * inverse(D * yy + 1n))
  const isSquare = xx === 0n || power(xx, (P - 1n) / 2n) === 1n
  if (!isSquare || (xx === 0n && number >> 255n === 1n)) return false

  const [xx8, y8] = double(double(double([xx, y])))
  return !(xx8 === 0n && y8 === 1n)
}
