// The answer as docs/formats.md, "Verdict", has it. It begins as what is shown of something that nobody believes.
import { toHex } from './bytes.js'
import { PROBLEMS } from './problems.js'

export function newVerdict() {
  return {
    authentic: false, state: 'unknown', in_force: null,
    number: null, version: null, current_version: null, replaced: null, holder: null, post: null, authority: null,
    provider: null, issued: null, deadline: null, days_left: null,
    status_from: null, as_of: null, age_seconds: null, deployment: null, demo: null, host_matches: null,
    key: null, log: null, problems: [],
  }
}

export function addDeployment(verdict, { deployment, demo }) {
  verdict.deployment = toHex(deployment)
  verdict.demo = demo
  if (demo) addProblem(verdict, 'demo')
}

export function hasProblem(verdict, code) {
  return verdict.problems.some((problem) => problem.code === code)
}

// Once each, by its code; the words come last, for they are in the reader's language.
export function addProblem(verdict, code) {
  if (!hasProblem(verdict, code)) verdict.problems.push({ code })
}

// lang: 'zh' or 'en'.
export function withWords(verdict, lang) {
  const problems = verdict.problems.map(({ code }) => ({ code, text: PROBLEMS[code][lang === 'zh' ? 0 : 1] }))
  return { ...verdict, problems }
}
