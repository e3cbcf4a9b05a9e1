// Decides what to think of one certificate, as core/cert/judge.c does: docs/verification.md has the order. What was not
// checked is never good, and of what is not authentic nothing is shown.
import { equal, sha256, toHex } from './bytes.js'
import { STATUS } from './columns.js'
import { dateText, dayOfTime, timeText } from './dates.js'
import { DUE_DAYS, dueDaysAt } from './policy.js'
import { Refused, unlessRefused } from './refused.js'
import { checkStaple } from './staple.js'
import { readToken } from './token.js'
import { USE, findSigner, hasHost } from './trust.js'
import { addDeployment, addProblem, hasProblem, newVerdict } from './verdict.js'

export const CLOCK_SKEW_S = 86400

const DOUBTS = ['signed_ahead', 'status_stale', 'trust_stale', 'witness_quorum']

function deny(v, why) {
  v.in_force = false
  addProblem(v, why)
}

// What a key that verifies still may not sign; undefined: it may.
function objection(key, claims) {
  if (key.use !== USE.token) return 'key_use'
  if (claims.iat < key.notBefore || claims.iat > key.notAfter) return 'key_dates'
  if (claims.logIndex < key.first || claims.logIndex >= key.last) return 'key_range'
  if (key.units && !key.units.includes(claims.unit)) return 'key_scope'
  if (key.posts && !key.posts.includes(claims.post)) return 'key_scope'
  return undefined
}

// --- a stolen key: what it signed before, and what the thief did ---

const NO_SURVIVOR = new Uint8Array(10)

async function isSurvivor(bytes, survivor) {
  const leaf = await sha256(Uint8Array.of(0), bytes)
  return equal(leaf.subarray(0, survivor.length), survivor) && !equal(survivor, NO_SURVIVOR)
}

// Every signature of a stolen key holds: what counts is what the log held before the theft. true: it may be believed.
async function survivesCutOff(v, bytes, claims, key, bundle) {
  if (!key.cutOff) return true
  if (claims.logIndex >= key.end) {
    deny(v, 'cut_off')
    return false
  }
  try {
    const survivor = await bundle?.survivor(key, claims.logIndex)
    if (!survivor) addProblem(v, 'cut_off_unproven')
    else if (await isSurvivor(bytes, survivor)) return true
    else deny(v, 'cut_off')
  } catch (e) {
    if (!(e instanceof Refused)) throw e
    addProblem(v, 'cut_off_unproven')
    addProblem(v, 'block_damaged')
  }
  return false
}

// The key by which it is authentic, or undefined and why it is not.
async function judgeSignature(v, bytes, { message, claims }, { trust, bundle }) {
  const { known, key } = await findSigner(trust, message)
  if (!known) addProblem(v, 'unknown_key')
  else if (!key) deny(v, 'bad_signature')
  else {
    const why = objection(key, claims)
    if (why) deny(v, why)
    else if (await survivesCutOff(v, bytes, claims, key, bundle)) return key
  }
  return undefined
}

// --- names and dates, once it is authentic ---

function setDeadline(v, deadline, now) {
  v.deadline = dateText(deadline)
  v.days_left = deadline - dayOfTime(now)
}

// When that was said by which it was judged.
function setSource(v, time, now) {
  v.as_of = timeText(time)
  v.age_seconds = now - time
}

function showToken(v, claims, key, { bundle, now }) {
  const named = bundle?.directory
  v.authentic = true
  v.status_from = 'token'
  v.number = claims.number
  v.version = claims.version
  v.holder = { name: claims.name, id_type: claims.idType, id_tail: claims.idTail }
  v.post = { code: claims.post, name: named?.posts.get(claims.post)?.name ?? null }
  v.authority = named?.units.get(claims.unit)?.name ?? null
  v.provider = named?.providers[claims.provider]?.name ?? null
  v.issued = dateText(claims.issued)
  v.key = { kid: toHex(key.kid), use: 'token' }
  v.log = { index: claims.logIndex, included: null }
  setDeadline(v, claims.deadline, now)
}

// Back to a verdict that shows nothing, when the lists say no to what a signature said yes to.
function denyShown(v, why) {
  const { deployment, demo, host_matches, as_of, age_seconds, problems } = v
  Object.assign(v, newVerdict(), { deployment, demo, host_matches, as_of, age_seconds, problems, status_from: 'bundle' })
  deny(v, why)
}

// --- the status ---

// Only a live code that is newer than the lists at hand has something to say; undefined: none has.
async function judgeStaple(v, bytes, { staple, trust, bundle, now }) {
  if (!staple) return undefined
  const { why, staple: found } = await checkStaple(staple, bytes, trust, now)
  if (why) addProblem(v, why)
  return found && (!bundle || found.iat > bundle.header.issued) ? found : undefined
}

function judgeTimes(v, claims, { trust, bundle, refused, now, maxAge }, staple) {
  if (claims.iat > now + CLOCK_SKEW_S || trust.issued > now + CLOCK_SKEW_S) addProblem(v, 'signed_ahead')
  if (now > trust.nextUpdate) addProblem(v, 'trust_stale')
  if (refused) addProblem(v, refused)
  if (!bundle) {
    if (!staple) addProblem(v, 'status_missing')
    return
  }
  if (!bundle.witnessed) addProblem(v, 'witness_quorum')
  const { issued, sets } = bundle.header
  if (issued > now + CLOCK_SKEW_S) addProblem(v, 'signed_ahead')
  const isStale = sets.some(({ exp }) => now > exp) || now - issued > maxAge
  if (!staple && isStale) addProblem(v, 'status_stale')
}

// Whether the list holds this very version, or a later one.
function isListed(claims, row) {
  return row.version > 0 && (claims.version < row.version || (claims.version === row.version && claims.deadline === row.deadline))
}

function applyRow(v, claims, row, now) {
  v.status_from = 'bundle'
  v.current_version = row.version
  v.replaced = row.version > claims.version
  if (v.replaced) addProblem(v, 'replaced')
  setDeadline(v, row.deadline, now)
}

function conclude(v, state, inForce) {
  v.state = state
  v.in_force = inForce
}

function concludeByDeadline(v, claims, { bundle, now }) {
  const due = bundle ? dueDaysAt(bundle.policy, claims.unit, dayOfTime(now)) : DUE_DAYS
  if (v.days_left < 0) conclude(v, 'lapsed', false)
  else conclude(v, v.days_left <= due ? 'due' : 'valid', true)
}

// Whatever can change again counts only while the lists are fresh and our clock is believable.
const isFresh = (v) => !DOUBTS.some((code) => hasProblem(v, code))

function concludeByStaple(v, claims, staple, atHand) {
  v.status_from = 'staple'
  setSource(v, staple.iat, atHand.now)
  setDeadline(v, staple.deadline, atHand.now)
  if (!isFresh(v)) return
  if (staple.state === 'valid') concludeByDeadline(v, claims, atHand)
  else conclude(v, staple.state, false)
}

// There is no way back from invalid, so an old list is enough.
function concludeByRow(v, claims, row, atHand, staple) {
  if (row.status === STATUS.invalid) {
    conclude(v, 'revoked', false)
    if (staple && staple.state !== 'revoked') addProblem(v, 'staple_overruled')
  } else if (staple) concludeByStaple(v, claims, staple, atHand)
  else if (!isFresh(v)) return
  else if (row.status === STATUS.suspended) conclude(v, 'suspended', false)
  else concludeByDeadline(v, claims, atHand)
}

const NO_ROW = { status: 0, version: 0, deadline: 0 }

async function judgeStatus(v, claims, atHand, staple) {
  const { bundle, now } = atHand
  const found = await unlessRefused(async () => (await bundle.row(claims.statusIndex)) ?? NO_ROW)
  if (!found) {
    addProblem(v, 'block_damaged')
    return
  }
  setSource(v, bundle.header.issued, now)
  if (isListed(claims, found)) {
    applyRow(v, claims, found, now)
    concludeByRow(v, claims, found, atHand, staple)
  } else if (claims.iat < bundle.header.issued) {
    denyShown(v, 'not_in_register')
  } else {
    addProblem(v, 'newer_than_list')
    if (found.version > 0 && found.status === STATUS.invalid) {
      v.status_from = 'bundle'
      conclude(v, 'revoked', false)
    } else if (staple) concludeByStaple(v, claims, staple, atHand)
  }
}

/*
 * bytes   the COSE bytes
 * host    as the QR text named it; '': none
 * atHand  { trust, bundle, refused, staple, now, maxAge }: bundle undefined: keys only; refused: the problem for which the
 *         bundle's status may not serve though its keys may; staple: a live code's bytes, if one was given; now, maxAge in
 *         seconds
 */
export async function judge(bytes, host, atHand) {
  const v = newVerdict()
  addDeployment(v, atHand.trust)
  const token = await unlessRefused(() => readToken(bytes))
  if (!token) {
    addProblem(v, 'format')
    return v
  }
  if (host !== '') {
    v.host_matches = hasHost(atHand.trust, host)
    if (!v.host_matches) addProblem(v, 'host_mismatch')
  }
  const key = await judgeSignature(v, bytes, token, atHand)
  if (!key) return v

  showToken(v, token.claims, key, atHand)
  const staple = await judgeStaple(v, bytes, atHand)
  judgeTimes(v, token.claims, atHand, staple)
  if (atHand.refused) return v
  if (atHand.bundle) await judgeStatus(v, token.claims, atHand, staple)
  else if (staple) concludeByStaple(v, token.claims, staple, atHand)
  return v
}
