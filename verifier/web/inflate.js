// Inflating with what every browser has, in a bound: all of the input, and no more of it. And deflating what is ours.
import { concat } from './bytes.js'
import { need, refuse } from './refused.js'

async function readAll(stream, max) {
  const reader = stream.getReader()
  const parts = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(...parts)
    length += value.length
    if (length > max) await reader.cancel()
    need(length <= max, 'inflates to more than it may')
    parts.push(value)
  }
}

// format: 'deflate-raw' (RFC 1951) or 'deflate' (RFC 1950). max: bytes.
export async function inflate(format, coded, max) {
  const stream = new DecompressionStream(format)
  const writer = stream.writable.getWriter()
  const written = writer.write(coded).then(() => writer.close())
  try {
    const plain = await readAll(stream.readable, max)
    await written
    return plain
  } catch (e) {
    written.catch(() => {}) // the same cause, told once
    if (e instanceof TypeError || e.code?.startsWith('Z_') || e.code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') return refuse(`cannot inflate: ${e.message}`)
    throw e
  }
}

export async function deflate(format, plain) {
  const stream = new CompressionStream(format)
  const writer = stream.writable.getWriter()
  const written = writer.write(plain).then(() => writer.close())
  const packed = await readAll(stream.readable, Infinity)
  await written
  return packed
}
