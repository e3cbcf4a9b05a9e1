// The reader's one way to say no: what is not a Refused is a mistake of ours, and a test that meets one fails.
export class Refused extends Error {}

export function refuse(why) {
  throw new Refused(why)
}

export function need(condition, why) {
  if (!condition) refuse(why)
}

export function needEqual(a, b, what) {
  need(Buffer.compare(a, b) === 0, `${what} is not as promised`)
}
