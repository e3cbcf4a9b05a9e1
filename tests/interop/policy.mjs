// policy.json (docs/formats.md, "Policy"): its shape. What the values mean is the scheme's affair.
import { need, refuse } from './refused.mjs'

const DATE = /^\d{4}-\d{2}-\d{2}$/

function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (e) {
    return refuse(`not JSON: ${e.message}`)
  }
}

function needObject(value, what, keys) {
  need(value !== null && typeof value === 'object' && !Array.isArray(value), `${what} is not an object`)
  if (keys) for (const key of Object.keys(value)) need(keys.includes(key), `${what} has a key '${key}'`)
  return value
}

export function readPolicy(bytes) {
  const { versions } = needObject(parse(bytes), 'the policy', ['versions'])
  need(Array.isArray(versions) && versions.length > 0 && versions.length <= 64, 'a policy without versions, or with too many')
  versions.forEach((version, i) => {
    needObject(version, 'a version', ['from', 'values', 'units'])
    need(typeof version.from === 'string' && DATE.test(version.from), 'a version without a day')
    need(i === 0 || versions[i - 1].from < version.from, 'versions do not ascend')
    needObject(version.values ?? {}, 'values')
    for (const [unit, values] of Object.entries(needObject(version.units ?? {}, 'units'))) {
      need(/^\d{3}$/.test(unit), `a unit '${unit}'`)
      needObject(values, `values of unit ${unit}`)
    }
  })
  return versions
}
