// A verdict as the page shows it, in the form of the endpoint's own pages. Text goes in as text, never as HTML.
import { timeText } from './dates.js'
import { age, headline, lang, say } from './words.js'

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...children.filter((child) => child !== undefined))
  return node
}

// The names of people, posts and bodies are Chinese whatever the page's language.
function chinese(text) {
  return lang === 'en' ? element('span', { lang: 'zh-CN' }, text) : text
}

function fact(label, ...content) {
  return element('div', {}, element('dt', {}, say(label)), element('dd', {}, ...content))
}

function factIf(label, value, content = value) {
  return value === null ? [] : [fact(label, content)]
}

function time(text) {
  return element('time', { datetime: text }, text.length > 10 ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : text)
}

function headlineOf(v) {
  const { tone, symbol, own, other } = headline(v)
  const title = element('h2', { id: 'verdict', tabindex: '-1' },
    element('span', { class: 'symbol', 'aria-hidden': 'true' }, symbol), ' ', element('span', { class: 'unseen' }, `${say('result')}: `), own)
  const also = element('p', { class: 'also', lang: lang === 'en' ? 'zh-CN' : 'en' }, other)
  return element('section', { class: `verdict ${tone}`, 'aria-labelledby': 'verdict' }, title, also)
}

/** What has ended otherwise, or rests, has no days left. */
const ENDED = ['suspended', 'revoked', 'withdrawn', 'cancelled']

function deadlineOf(v) {
  if (ENDED.includes(v.state)) return fact('deadline', time(v.deadline))
  const days = v.days_left < 0 ? say('daysPast', -v.days_left) : say('daysLeft', v.days_left)
  return fact('deadline', time(v.deadline), days)
}

function factsOf(v) {
  if (!v.authentic) return [element('p', { class: 'compare' }, say('notShown'))]
  const list = element('dl', {},
    fact('name', chinese(v.holder.name)),
    fact('document', v.holder.id_tail),
    ...factIf('post', v.post.name, chinese(v.post.name)),
    deadlineOf(v),
    fact('issued', time(v.issued)),
    ...factIf('authority', v.authority, chinese(v.authority)),
    ...factIf('provider', v.provider, chinese(v.provider)),
    fact('number', v.number),
    fact('version', `${v.version}${v.replaced ? say('replacedBy', v.current_version) : ''}`))
  const section = element('section', { 'aria-labelledby': 'facts' }, element('h3', { id: 'facts' }, say('facts')), list)
  return [element('p', { class: 'compare' }, say('compare')), section]
}

function notesOf(v) {
  if (v.problems.length === 0) return []
  const items = v.problems.map(({ text }) => element('li', {}, text))
  return [element('section', { 'aria-labelledby': 'notes' }, element('h3', { id: 'notes' }, say('notes')), element('ul', {}, ...items))]
}

function sourceOf(v, by, now) {
  const list = element('dl', {},
    fact('source', say(by) + (v.status_from === 'staple' ? say('byLive') : '')),
    ...(v.as_of === null ? [] : [fact('asOf', time(v.as_of), lang === 'en' ? ` (${age(v.age_seconds)})` : `（${age(v.age_seconds)}）`)]),
    fact('checked', time(timeText(now))))
  return element('section', { 'aria-labelledby': 'source' }, element('h3', { id: 'source' }, say('source')), list)
}

// by: 'byDevice' or 'byServer'. more: sentences that stand first.
export function verdictElements(v, by, now, more = []) {
  return [headlineOf(v), ...more.map((text) => element('p', { class: 'compare' }, text)), ...factsOf(v), ...notesOf(v), sourceOf(v, by, now)]
}
