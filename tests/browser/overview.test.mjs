// The operator's page in a real Chromium: zh and en, light and dark, narrow and wide, with no script and no complaint.
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { axeFinds, launch } from './chromium.mjs'
import { serveOverview } from './overview.mjs'

const served = await serveOverview()
const browser = await launch()
after(async () => {
  await browser.close()
  await served.stop()
})

const VIEWS = [['zh', 'light', 1280], ['zh', 'dark', 320], ['en', 'light', 320], ['en', 'dark', 1280]]

// What sticks out, and figures that are drawn otherwise than they stand in their table.
function faults() {
  const out = []
  if (document.documentElement.scrollWidth > innerWidth) out.push(`the page scrolls sideways: ${document.documentElement.scrollWidth}`)
  for (const svg of document.querySelectorAll('figure svg')) {
    const box = svg.getBoundingClientRect()
    for (const text of svg.querySelectorAll('text')) {
      const { left, right, top, bottom } = text.getBoundingClientRect()
      if (left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1) out.push(`${text.textContent} sticks out`)
    }
  }
  return out
}

for (const [lang, colorScheme, width] of VIEWS) {
  test(`${lang}, ${colorScheme}, ${width} px`, async () => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
    const page = await context.newPage()
    const said = []
    page.on('console', (message) => said.push(message.text()))
    const asked = []
    page.on('request', (request) => asked.push(request.url()))
    const answer = await page.goto(`${served.origin}/?lang=${lang}`)
    assert.equal(answer.status(), 200)
    assert.equal(answer.headers()['cache-control'], 'no-store')
    assert.match(answer.headers()['content-security-policy'], /default-src 'none'; style-src 'sha256-/)
    assert.equal(await page.getAttribute('html', 'lang'), lang === 'zh' ? 'zh-CN' : 'en')
    assert.deepEqual(await page.evaluate(faults), [])
    assert.equal(await page.evaluate(() => document.scripts.length), 0)
    assert.equal(await page.locator('figure svg').count(), 6)
    for (const details of await page.locator('summary').all()) await details.click()
    assert.deepEqual(await axeFinds(page), [])
    assert.deepEqual(asked.filter((url) => !url.startsWith('data:')), [answer.url()])
    assert.deepEqual(said, [])
    await context.close()
  })
}

test('what is drawn adds up, and nobody is named', async () => {
  const page = await browser.newPage()
  await page.goto(`${served.origin}/?lang=en`)
  const { sums, total, text } = await page.evaluate(() => {
    const numbers = (which) => [...document.querySelectorAll(`figure:has(#${which}) tbody td`)].map((cell) => Number(cell.textContent))
    const sum = (list) => list.reduce((a, b) => a + b, 0)
    const heads = [...document.querySelectorAll('.scroll thead th')].map((cell) => cell.textContent)
    const foot = [...document.querySelectorAll('.scroll tfoot > tr > *')].map((cell) => cell.textContent)
    return {
      sums: { states: sum(numbers('by-state')), inForce: sum(numbers('by-state').slice(0, 2)), posts: sum(numbers('by-post')), units: sum(numbers('by-unit')), ahead: sum(numbers('ahead')) },
      total: Object.fromEntries(heads.map((head, i) => [head, Number(foot[i])])),
      text: document.body.innerText,
    }
  })
  assert.ok(total.in_force > 5)
  assert.deepEqual([sums.inForce, sums.posts, sums.units], [total.in_force, total.in_force, total.in_force])
  assert.equal(sums.states, total.issued + total.exchanged)
  assert.ok(sums.ahead > 0 && sums.ahead <= total.in_force)
  assert.ok(text.includes('signature_missing'))
  for (const private_ of ['张示例', '李示例', '110101199003074776', '03301202000000013']) assert.ok(!text.includes(private_), private_)
  await page.close()
})
