// policy.json (docs/formats.md, "Policy"), of which a verdict needs one value: how many days before its deadline a
// certificate is due. The bundle's header vouches for the bytes; the rest of it is the issuer's affair.
import { fromUtf8 } from './bytes.js'
import { need, refuse } from './refused.js'

export const DUE_DAYS = 90 // where no policy is at hand
const DUE_DAYS_MAX = 730
const DATE = /^\d{4}-\d{2}-\d{2}$/

function parse(bytes) {
  try {
    return JSON.parse(fromUtf8(bytes))
  } catch (e) {
    return refuse(`the policy is not JSON: ${e.message}`)
  }
}

function needObject(value, what) {
  need(value !== null && typeof value === 'object' && !Array.isArray(value), `${what} is not an object`)
  return value
}

function dueDays(values, otherwise) {
  const days = needObject(values ?? {}, 'values').due_days ?? otherwise
  need(Number.isInteger(days) && days >= 0 && days <= DUE_DAYS_MAX, 'due_days')
  return days
}

function dayOf(text) {
  need(typeof text === 'string' && DATE.test(text), 'a version without a day')
  return Date.parse(`${text}T00:00:00Z`) / 86400000
}

// A version begins as a copy of the one before; a unit keeps its own value when the general one changes.
export function readPolicy(bytes) {
  const { versions } = needObject(parse(bytes), 'the policy')
  need(Array.isArray(versions) && versions.length > 0 && versions.length <= 64, 'a policy without versions, or with too many')
  let general = DUE_DAYS
  let units = new Map()
  return versions.map((version) => {
    general = dueDays(version.values, general)
    units = new Map(units)
    for (const [unit, values] of Object.entries(needObject(version.units ?? {}, 'units'))) {
      if (values.due_days !== undefined) units.set(Number(unit), dueDays(values))
    }
    return { from: dayOf(version.from), general, units }
  })
}

// day: since 1970-01-01. The first version also holds for all days before it.
export function dueDaysAt(policy, unit, day) {
  const version = [...policy].reverse().find(({ from }) => from <= day) ?? policy[0]
  return version.units.get(unit) ?? version.general
}
