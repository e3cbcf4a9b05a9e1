// The device's data: the bundle in IndexedDB, fetched again when it is old, and refused when it is older than what was seen.
import { equal } from './bytes.js'
import { openDevice } from './device.js'
import { readKept, writeKept } from './store.js'

const BUNDLE = '/publish/bundle.scb'
const UNASKED_MAX = 8 * 2 ** 20 // bytes that are fetched without asking
const FETCH_MAX = 256 * 2 ** 20
const FRESH_S = 3600

export const nowSeconds = () => Math.floor(Date.now() / 1000)

// Another tab may have seen a newer bundle since: what is kept never goes back.
function isNews(memory, before) {
  return !before || (equal(memory.deployment, before.deployment) && memory.sequence >= before.sequence && memory.trustSequence >= before.trustSequence)
}

async function keep(device, values) {
  const kept = !device.memory || (await writeKept({ ...values, memory: device.memory }, (before) => isNews(device.memory, before)))
  return kept ? device : { ...device, notes: [...device.notes, 'memory'] }
}

// The device by what is kept; undefined: nothing is.
export async function openKept() {
  const [file, memory] = await readKept('bundle', 'memory')
  if (!file) return undefined
  const device = await openDevice(new Uint8Array(file), memory, nowSeconds())
  return device.broken ? device : keep(device, {})
}

// undefined: no answer. { size } when it is too large to be fetched unasked.
async function fetchBundle(asked) {
  try {
    const answer = await fetch(BUNDLE, { cache: 'no-cache' })
    if (!answer.ok) return undefined
    const size = Number(answer.headers.get('Content-Length'))
    if (size > (asked ? FETCH_MAX : UNASKED_MAX)) {
      await answer.body?.cancel()
      return { size }
    }
    return { file: new Uint8Array(await answer.arrayBuffer()) }
  } catch {
    return undefined
  }
}

const SAID = { bundle_rollback: 'dataOlder', unknown_issuer: 'dataAlien' }

/*
 * A newer device than this one, which is undefined when nothing is kept. asked: a person wants it, whatever its size.
 * Gives { device, said, size }: the device to go on with, a word of words.js about what happened or undefined, and the
 * size of a bundle that was too large to be fetched unasked.
 */
export async function refresh(device, asked) {
  const fetched = await fetchBundle(asked)
  if (!fetched) return { device, said: 'dataFailed' }
  if (!fetched.file) return { device, size: fetched.size }
  const [memory] = await readKept('memory')
  const newer = await openDevice(fetched.file, device?.memory ?? memory, nowSeconds())
  const why = newer.broken ?? newer.refused
  if (why && why !== 'clock_set_back') return { device: device ?? newer, said: SAID[why] ?? 'dataDamaged' }
  return { device: await keep(newer, { bundle: fetched.file }) }
}

export function isFresh(device) {
  return device?.bundle && nowSeconds() - device.bundle.header.issued < FRESH_S
}
