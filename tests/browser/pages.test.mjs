// Every page that the endpoint makes, in a real Chromium: narrow and wide, in both languages, with script and without, in
// large print and on paper.
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { gzipSync } from 'node:zlib'
import { axeFinds, launch } from './chromium.mjs'
import { openPage, servePages } from './pages.mjs'

const NARROW = { width: 320, height: 640 }
const WIDE = { width: 1280, height: 800 }
const PAPER = { width: 794, height: 1123 } // A4 at 96 dpi
const MOST_BYTES = 30000
const LEAST = { normal: { font: 15, target: 44 }, large: { font: 18, target: 60 } } // CSS pixels
const VIEWS = ['zh', 'en'].flatMap((lang) => [false, true].map((large) => ({ lang, large })))

const served = await servePages()
const browser = await launch()
after(async () => {
  await browser.close()
  await served.stop()
})

// Playwright's own warning is none of the page's.
const isComplaint = (message) => ['error', 'warning'].includes(message.type()) && !message.text().includes('blocked by Playwright')

// A tab that writes down every request, every complaint and every breach of the policy.
async function openTab(options) {
  const context = await browser.newContext({ locale: 'zh-CN', serviceWorkers: 'block', ...options })
  await context.clock.setFixedTime(served.at * 1000)
  const page = await context.newPage()
  const tab = { page, said: [], asked: [], script: options.javaScriptEnabled !== false }
  page.on('console', (message) => isComplaint(message) && tab.said.push(message.text()))
  page.on('pageerror', (e) => tab.said.push(e.message))
  page.on('request', (request) => tab.asked.push(request.url()))
  await page.addInitScript(() => {
    globalThis.breaches = []
    document.addEventListener('securitypolicyviolation', (e) => globalThis.breaches.push(`${e.violatedDirective} ${e.blockedURI}`))
  })
  return tab
}

const tabs = {
  narrow: await openTab({ viewport: NARROW }),
  wide: await openTab({ viewport: WIDE }),
  narrowPlain: await openTab({ viewport: NARROW, javaScriptEnabled: false }),
  widePlain: await openTab({ viewport: WIDE, javaScriptEnabled: false }),
  paper: await openTab({ viewport: PAPER }),
}
await tabs.paper.page.emulateMedia({ media: 'print' })

// What of the page is too wide, too small to read or too small to touch.
function misfits({ font, target }) {
  const out = []
  const name = (e) => e.outerHTML.slice(0, e.outerHTML.indexOf('>') + 1)
  if (document.documentElement.scrollWidth > innerWidth) out.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${innerWidth}`)
  document.querySelector('.skip').focus() // shown while it has the focus
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect()
    if (!e.checkVisibility() || box.width <= 1) continue
    if (box.right > innerWidth + 0.5 || box.left < -0.5) out.push(`${name(e)} reaches from ${box.left} to ${box.right} of ${innerWidth}`)
    const hasText = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim())
    const size = parseFloat(getComputedStyle(e).fontSize)
    if (hasText && size < font) out.push(`${name(e)} is printed in ${size} px`)
    if (e.matches('a,button,input,textarea,select,summary') && (box.height < target || box.width < target)) out.push(`${name(e)} is ${box.width} × ${box.height} px`)
  }
  document.activeElement.blur()
  return out
}

// Home alone: without script the others are the same pages to a browser that has it switched off.
const hasScript = (it) => it.name === 'home'

// What a reader is told first, without the symbol and "Result:"; and in which language.
const beginning = (page) => page.evaluate(() => ({
  heading: document.querySelector('h1').textContent.replace(/^[✔✖?] (核验结果：|Result: )/, ''),
  lang: document.documentElement.lang,
}))

async function openIn(tab, it, view) {
  tab.said.length = tab.asked.length = 0
  const answer = await openPage(tab.page, it, view)
  assert.deepEqual(await beginning(tab.page), { heading: it.heading[view.lang], lang: view.lang === 'zh' ? 'zh-CN' : 'en' })
  return answer
}

// Nothing of others, nothing more than the page itself, no complaint: at last, when all else was done with the page.
async function isQuiet({ page, said, asked, script }, it, answer) {
  const own = asked.filter((url) => !/^(data|blob):/.test(url) && !url.endsWith('/test/form'))
  assert.deepEqual(own.filter((url) => !url.startsWith(`${it.origin}/`)), [])
  if (!hasScript(it) || !script) assert.deepEqual(own, [answer.url()])
  assert.deepEqual(said.filter((text) => answer.ok() || !text.includes(`status of ${answer.status()}`)), [])
  assert.deepEqual(await page.evaluate(() => globalThis.breaches ?? []), [])
  if (hasScript(it)) await page.goto('about:blank') // what it still asks for is not the next one's
}

async function onScreen(tab, it, view) {
  const answer = await openIn(tab, it, view)
  const body = await answer.body()
  const size = gzipSync(body).length
  assert.ok(size < MOST_BYTES, `${size} bytes`)
  assert.equal(/<(?:no)?script|\son\w+=/i.test(body), hasScript(it))
  if (hasScript(it) && tab.script) await tab.page.waitForFunction(() => /20\d\d-/.test(document.getElementById('data-age')?.textContent), { polling: 50 })
  assert.deepEqual(await tab.page.evaluate(misfits, view.large ? LEAST.large : LEAST.normal), [])
  if (tab === tabs.narrow && !(view.large && view.lang === 'en')) assert.deepEqual(await axeFinds(tab.page), [])
  await isQuiet(tab, it, answer)
  return size
}

// On paper: ink on white, nothing to press, the verdict and whose site it is still there, one sheet.
async function onPaper(tab, it, view) {
  await openIn(tab, it, view)
  const found = await tab.page.evaluate(() => {
    const shown = (which) => [...document.querySelectorAll(which)].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > 0)
    const list = (elements) => elements.map((e) => e.outerHTML.slice(0, 80))
    const style = (e) => getComputedStyle(e)
    return {
      tinted: list(shown('body, body :not(svg *)').filter((e) => !/^(rgba\(0, 0, 0, 0\)|rgb\(255, 255, 255\))$/.test(style(e).backgroundColor))),
      pale: list(shown('.verdict, .verdict *').filter((e) => style(e).color !== 'rgb(0, 0, 0)')),
      pressable: list(shown('a, button, input, textarea')),
      stays: ['h1', '.demo', 'footer b'].map((which) => shown(which).length),
      wide: document.documentElement.scrollWidth > innerWidth,
    }
  })
  assert.deepEqual(found, { tinted: [], pale: [], pressable: [], stays: [1, 1, 1], wide: false })
  if (view.lang === 'zh' || it.name === 'report') return // the English one is longer; a report is as long as its list
  const pdf = (await tab.page.pdf({ format: 'A4' })).toString('latin1')
  assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1, 'one sheet')
}

test('there are all pages', () => assert.ok(served.pages.length >= 16))

for (const it of served.pages) {
  for (const view of VIEWS) {
    test(`${it.name}, ${view.lang}${view.large ? ', large print' : ''}`, async (t) => {
      const screens = [tabs.narrow, tabs.wide, ...(hasScript(it) ? [tabs.narrowPlain, tabs.widePlain] : [])]
      const [size] = await Promise.all([...screens.map((tab) => onScreen(tab, it, view)), view.large || onPaper(tabs.paper, it, view)])
      t.diagnostic(`${size} bytes gzipped`)
    })
  }
}
