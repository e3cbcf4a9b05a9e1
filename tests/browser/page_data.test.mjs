// How the page's data are brought up to date, in a real Chromium: by deltas, and what of them is refused.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { check, launch, newPage, visit } from './chromium.mjs'
import { es256, sm2 } from './deployments.mjs'
import { startEndpoint } from './endpoint.mjs'

let browser
let now // the endpoint of today
let old // and of a week before
before(async () => {
  browser = await launch()
  now = await startEndpoint(join(es256.path, 'publish'), es256.at)
  old = await startEndpoint(join(es256.path, 'publish-week-before'), es256.at)
})
after(async () => {
  await browser.close()
  now.stop()
  old.stop()
})

const WEEK_BEFORE = '1624579200'
const fileOf = (...names) => readFileSync(join(es256.path, ...names))
const answer = (body) => (route) => route.fulfill({ body, contentType: 'application/octet-stream' })

// Sends what the page asks of /publish/ to another endpoint, and writes down what it asks for.
async function redirect(page, endpoint) {
  const asked = []
  await page.context().unroute('**/publish/**')
  await page.context().route('**/publish/**', async (route) => {
    asked.push(new URL(route.request().url()).pathname.replace('/publish/', ''))
    await route.fulfill({ response: await route.fetch({ url: route.request().url().replace(now.origin, endpoint.origin) }) })
  })
  return asked
}

// A page that has last week's data.
async function behind() {
  const page = await newPage(browser, es256.at)
  await redirect(page, old)
  await visit(page, now.origin)
  await page.waitForFunction(() => !document.getElementById('update').disabled)
  assert.match(await page.textContent('#data-age'), /2021-06-25/)
  return page
}

function dataOf(page, day) {
  return page.waitForFunction((text) => document.getElementById('data-age').textContent.includes(text), day)
}

test('offline to online: deltas alone bring the data up to date, and they are kept', async () => {
  const page = await behind()
  await page.context().setOffline(true)
  const before = await check(page, es256.text('te-5'))
  assert.ok(before.tone === 'good' && before.text.includes('2021-06-25'), before.text)
  const asked = await redirect(page, now)
  await page.context().setOffline(false)
  await dataOf(page, '2021-07-01')
  assert.deepEqual(asked.slice(0, 1), [`deltas/${WEEK_BEFORE}.delta`])
  assert.ok(!asked.includes('bundle.scb'), `${asked}`)

  await page.context().setOffline(true)
  await page.goto(`${now.origin}/?lang=zh`)
  await dataOf(page, '2021-07-01')
  const after = await check(page, es256.text('te-5'))
  assert.ok(after.tone === 'good' && after.text.includes('2021-07-01 08:00') && after.text.includes('由本机核验'), after.text)
  await page.context().close()
})

test('what is up to date is not fetched again', async () => {
  const page = await newPage(browser, es256.at)
  await visit(page, now.origin)
  const asked = []
  page.on('response', (response) => response.url().includes('/publish/') && asked.push([response.status(), new URL(response.url()).pathname]))
  await page.click('#update')
  await page.waitForFunction(() => !document.getElementById('update').disabled)
  assert.deepEqual(asked.map(([status]) => status), [404, 206])
  await page.context().close()
})

// The page's data stay as they were, and what is published decides: the whole bundle where it holds, else a word about it.
async function refused(delta, said) {
  const page = await behind()
  await page.context().unroute('**/publish/**')
  await page.context().route('**/publish/bundle.scb', (route) => route.abort())
  await page.context().route('**/publish/deltas/**', answer(delta))
  await page.click('#update')
  await page.waitForFunction((text) => document.getElementById('said').textContent.includes(text), said)
  assert.match(await page.textContent('#data-age'), /2021-06-25/)
  await page.context().unroute('**/publish/bundle.scb')
  await page.click('#update')
  await dataOf(page, '2021-07-01')
  await page.context().close()
}

const turned = (bytes, at) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
const FAILED = '没有下载到新的数据'

test('a delta for another sequence is refused, and the bundle fetched instead', () => refused(fileOf('publish', 'deltas', '1606996800.delta'), FAILED))
test('a delta whose signature does not hold is refused', async () => {
  const delta = fileOf('publish', 'deltas', `${WEEK_BEFORE}.delta`)
  await refused(turned(delta, delta.length - 1), FAILED)
})
test('a delta of another deployment is refused', () => refused(readFileSync(join(sm2.path, 'publish', 'deltas', `${WEEK_BEFORE}.delta`)), FAILED))

test('a rollback is refused, by delta and by bundle', async () => {
  const page = await newPage(browser, es256.at)
  await visit(page, now.origin)
  const asked = await redirect(page, old)
  // An older delta under the name of the one that would come next.
  await page.context().route('**/publish/deltas/**', answer(fileOf('publish', 'deltas', `${WEEK_BEFORE}.delta`)))
  await page.click('#update')
  await page.waitForFunction(() => document.getElementById('said').textContent.includes('比本机的旧'))
  assert.ok(asked.includes('bundle.scb'))
  assert.match(await page.textContent('#data-age'), /2021-07-01/)
  const v = await check(page, es256.text('te-5'))
  assert.ok(v.tone === 'good' && v.text.includes('2021-07-01 08:00'), v.text)
  await page.context().close()
})
