// Every page of the endpoint as tests/endpoint/serve_pages.py serves it, opened as a phone would.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SERVE = fileURLToPath(new URL('../endpoint/serve_pages.py', import.meta.url))

// Gives { at, pages, stop }.
export async function servePages() {
  const child = spawn('python3', [SERVE], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.on('error', reject)
    child.on('exit', (status) => reject(new Error(`serve_pages.py ended with ${status}`)))
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return { ...JSON.parse(line), stop: () => (child.stdin.end(), ended) }
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
const hidden = ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`

// A page that only has the form, at the endpoint's own address: what is posted comes from a form, with script and without.
function formPage({ action, type, fields }, view) {
  const inputs = Object.entries({ ...view, ...fields }).map(hidden).join('')
  const query = type === 'text/plain' ? `?${new URLSearchParams(view)}` : ''
  return `<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><form method="post" action="${escaped(action + query)}" enctype="${type}">${inputs}<button>go</button></form>`
}

// Opens one of them and gives the answer to it. large: large print.
export async function openPage(page, { origin, target, form }, { lang, large }) {
  const view = large ? { lang, large: '1' } : { lang }
  if (!form) return page.goto(`${origin}${target}?${new URLSearchParams(view)}`)
  const at = `${origin}/test/form`
  await page.route(at, (route) => route.fulfill({ contentType: 'text/html', body: formPage(form, view) }))
  await page.goto(at)
  const [answer] = await Promise.all([page.waitForNavigation(), page.click('button')])
  return answer
}
