// What this device believes and remembers (docs/verification.md, "What certcheck remembers"): the rules alone, without
// the place where it is kept. A memory is { deployment, roots, sequence, trustSequence, signed, clock }, its bytes as
// Uint8Arrays, its times in Unix seconds.
import { equal } from './bytes.js'
import { openBundle, selfTestHolds } from './bundle.js'
import { readQrText } from './digits.js'
import { CLOCK_SKEW_S, judge } from './judge.js'
import { unlessRefused } from './refused.js'
import { stapleBytes } from './staple.js'
import { readRoots } from './trust.js'
import { addProblem, newVerdict } from './verdict.js'

export const MAX_AGE_S = 30 * 86400

const latestSigned = ({ header, trust }) => Math.max(header.issued, trust.issued)

// Why a bundle's status may not serve, or undefined.
function refusalOf(bundle, memory, now) {
  if (!memory) return undefined
  if (bundle.header.sequence < memory.sequence || bundle.trust.sequence < memory.trustSequence) return 'bundle_rollback'
  return now < memory.signed - CLOCK_SKEW_S ? 'clock_set_back' : undefined
}

// What is signed ahead of us is not remembered: it would make every right clock look set back.
function memoryAfter(bundle, memory, refused, now) {
  if (refused || latestSigned(bundle) > now + CLOCK_SKEW_S) return memory
  return {
    deployment: bundle.trust.deployment,
    roots: bundle.trust.roots.bytes,
    sequence: bundle.header.sequence,
    trustSequence: bundle.trust.sequence,
    signed: Math.max(latestSigned(bundle), memory?.signed ?? 0),
    clock: Math.max(now, memory?.clock ?? 0),
  }
}

const broken = (problem, memory) => ({ broken: problem, notes: [], memory })

/*
 * file    the bundle's bytes
 * memory  of this device; undefined: none yet, and the bundle's own roots are believed from now on
 * Gives { bundle, refused, notes, memory }, or { broken, memory }: nothing can be judged, for that problem. The memory is
 * what to keep from now on.
 */
export async function openDevice(file, memory, now) {
  const roots = memory && { ...(await readRoots(memory.roots)), since: memory.trustSequence }
  const bundle = await unlessRefused(() => openBundle(file, roots))
  if (!bundle) {
    const alien = memory && (await unlessRefused(() => openBundle(file)))
    return broken(alien ? 'unknown_issuer' : 'block_damaged', memory)
  }
  if (memory && !equal(bundle.trust.deployment, memory.deployment)) return broken('unknown_issuer', memory)
  if (!(await unlessRefused(() => selfTestHolds(bundle)))) return broken('self_test', memory)

  const refused = refusalOf(bundle, memory, now)
  const kept = memoryAfter(bundle, memory, refused, now)
  return { bundle, refused, notes: !memory && kept ? ['pinned'] : [], memory: kept }
}

function noJudgement(problem) {
  const v = newVerdict()
  addProblem(v, problem)
  return v
}

// One verdict of a QR text or of a token's bytes. now: Unix seconds. live: the text of a live code; undefined: none was given.
export async function check(device, input, now, live) {
  const read = typeof input === 'string' ? await unlessRefused(() => readQrText(input)) : { host: '', bytes: input }
  if (!read) return withNotes(noJudgement('unreadable'), device)
  if (device.broken) return withNotes(noJudgement(device.broken), device)
  const { bundle, refused } = device
  const staple = live === undefined ? undefined : await stapleBytes(live)
  return withNotes(await judge(read.bytes, read.host, { trust: bundle.trust, bundle, refused, staple, now, maxAge: MAX_AGE_S }), device)
}

function withNotes(v, device) {
  for (const note of device.notes) addProblem(v, note)
  return v
}
