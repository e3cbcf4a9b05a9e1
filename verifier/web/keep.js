// The device's data: the bundle in IndexedDB, brought up to date by deltas or fetched again when it is old, and refused when it
// is older than what was seen.
import { equal } from './bytes.js'
import { openDevice } from './device.js'
import { unlessRefused } from './refused.js'
import { readKept, writeKept } from './store.js'

const BUNDLE = '/publish/bundle.scb'
const UNASKED_MAX = 8 * 2 ** 20 // bytes that are fetched without asking
const FETCH_MAX = 256 * 2 ** 20
const FRESH_S = 3600
const DELTAS_MAX = 400 // so many are published

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

// --- deltas: until there is none for what is here ---

// { bytes }, { missing }: there is none for that sequence; undefined: no answer.
async function fetchDelta(sequence) {
  try {
    const answer = await fetch(`/publish/deltas/${sequence}.delta`, { cache: 'no-store' })
    if (answer.ok) return { bytes: new Uint8Array(await answer.arrayBuffer()) }
    return answer.status === 404 ? { missing: true } : undefined
  } catch {
    return undefined
  }
}

// The file of a newer bundle, as far as deltas came; { missing }: there is none for this one; undefined: no answer. Refused:
// what came is no delta for it.
async function follow(bundle) {
  const { Update } = await import('./update.js') // few visits need it
  const update = new Update(bundle)
  let fetched = 0
  for (let i = 0; i < DELTAS_MAX && fetched < FETCH_MAX; i++) {
    const delta = await fetchDelta(update.sequence)
    if (!delta?.bytes) return i === 0 ? delta : { file: await update.finish() }
    await update.apply(delta.bytes)
    fetched += delta.bytes.length
  }
  return { file: await update.finish() }
}

// Whether what is published is just this, by its signed head.
async function isPublished({ head }) {
  try {
    const answer = await fetch(BUNDLE, { headers: { Range: `bytes=0-${head.length - 1}` }, cache: 'no-store' })
    if (answer.status === 206) return equal(new Uint8Array(await answer.arrayBuffer()), head)
    await answer.body?.cancel()
  } catch {
    // whoever fetches the whole says what is wrong
  }
  return false
}

// Like this device, but newer; undefined: the bundle has to be fetched. { device } unchanged: there is nothing newer.
async function refreshByDeltas(device) {
  const followed = await unlessRefused(() => follow(device.bundle))
  if (followed?.missing) return (await isPublished(device.bundle)) ? { device } : undefined
  if (!followed) return undefined
  const [memory] = await readKept('memory')
  const newer = await openDevice(followed.file, device.memory ?? memory, nowSeconds())
  return newer.broken || newer.refused ? undefined : { device: await keep(newer, { bundle: followed.file }) }
}

// --- both ---

const SAID = { bundle_rollback: 'dataOlder', unknown_issuer: 'dataAlien' }

/*
 * A newer device than this one, which is undefined when nothing is kept. asked: a person wants it, whatever its size.
 * Gives { device, said, size }: the device to go on with, a word of words.js about what happened or undefined, and the
 * size of a bundle that was too large to be fetched unasked.
 */
export async function refresh(device, asked) {
  const byDeltas = device?.bundle && !device.refused ? await refreshByDeltas(device) : undefined
  return byDeltas ?? refreshWhole(device, asked)
}

async function refreshWhole(device, asked) {
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
