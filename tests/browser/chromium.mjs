// A real Chromium, and what every test of the page needs of it.
import { existsSync } from 'node:fs'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const PROGRAM = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)
const part = (name) => readFileSync(createRequire(import.meta.url).resolve(`axe-core/${name}`), 'utf8')
const axe = part('axe.min.js')
const chinese = JSON.parse(part('locales/zh_CN.json'))

export function launch(...args) {
  if (!PROGRAM) throw new Error('there is no chromium; tools/test installs it')
  return chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-dev-shm-usage', ...args] })
}

// A context whose clock stands at `at` (Unix seconds) and goes on, and a page in it.
export async function newPage(browser, at, options = {}) {
  const context = await browser.newContext({ locale: 'zh-CN', permissions: ['camera'], ...options })
  await context.clock.install({ time: at * 1000 })
  const page = await context.newPage()
  page.on('pageerror', (e) => { throw e })
  return page
}

// The page when its data are kept and its service worker rules.
export async function visit(page, origin, path = '/?lang=zh') {
  await page.goto(`${origin}${path}`)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => /20\d\d-/.test(document.getElementById('data-age')?.textContent))
}

export async function check(page, text) {
  await page.evaluate(() => document.getElementById('result').replaceChildren())
  await page.fill('#text', text)
  await page.click('form:has(#text) button[type=submit]')
  return shown(page)
}

// What a verdict on the page says.
export async function shown(page) {
  await page.waitForSelector('#result .verdict')
  return page.evaluate(() => ({
    tone: document.querySelector('#result .verdict').className.replace('verdict ', ''),
    text: document.getElementById('result').innerText,
  }))
}

// WCAG 2.2 A and AA, and what axe holds good practice; the rules of 2.2 are off unless asked for.
const OPTIONS = { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] }

// What it has to say of each node that is well would take longer to be told than to be found.
export async function axeFinds(page) {
  await page.evaluate(axe)
  const { found, looked } = await page.evaluate(async ([locale, options]) => {
    globalThis.axe.configure({ locale })
    const { violations, passes } = await globalThis.axe.run(document, options)
    return {
      found: violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`),
      looked: [...violations, ...passes].map(({ id }) => id),
    }
  }, [chinese, OPTIONS])
  for (const rule of ['color-contrast', 'target-size']) {
    if (!looked.includes(rule)) throw new Error(`axe did not look at ${rule}`)
  }
  return found
}
