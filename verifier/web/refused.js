// The reader's one way to say no to bytes of others: what is not a Refused is a mistake of ours.
export class Refused extends Error {}

// No, since those who should have signed did not.
export class NotSigned extends Refused {}

export function refuse(why) {
  throw new Refused(why)
}

export function need(condition, why) {
  if (!condition) refuse(why)
}

// What act gives, or undefined when it refused.
export async function unlessRefused(act) {
  try {
    return await act()
  } catch (e) {
    if (e instanceof Refused) return undefined
    throw e
  }
}
