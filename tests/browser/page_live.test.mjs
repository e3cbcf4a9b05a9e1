// Live codes in the page, in a real Chromium: what one adds, when it ends, and why another does not count.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { keyFromPem } from '../interop/testing.mjs'
import { axeFinds, check, launch, newPage, shown, visit } from './chromium.mjs'
import { drawCode, es256, sm2 } from './deployments.mjs'
import { startEndpoint } from './endpoint.mjs'
import { STATE, digitsOf, leafOf, makeStaple } from './staples.mjs'
import { film } from './video.mjs'

const DAY_S = 86400
const folder = mkdtempSync(join(tmpdir(), 'sitecert-live-'))
const stapleKey = keyFromPem(join(es256.path, 'home', 'keys', 'staple-1.pem'))
const BY_LIVE = '状态依动态码'

// The live code of a certificate as the staple signer makes it; age: seconds since.
function live(id, { key = stapleKey, age = 0, of = es256, ...more } = {}) {
  const deadline = Date.parse(of.shown(id).deadline) / (DAY_S * 1000)
  return digitsOf(makeStaple(key, { leaf: leafOf(of.bytes(id)), deadline, iat: of.at - age, ...more }))
}

let browser
let endpoint
before(async () => {
  browser = await launch()
  endpoint = await startEndpoint(join(es256.path, 'publish'), es256.at)
})
after(async () => {
  await browser.close()
  endpoint.stop()
  rmSync(folder, { recursive: true, force: true })
})

// The page with no network from now on: what is shown is its own.
async function alone(in_ = browser) {
  const page = await newPage(in_, es256.at)
  await visit(page, endpoint.origin)
  await page.context().setOffline(true)
  return page
}

async function checkPair(page, id, code) {
  await check(page, es256.text(id))
  return check(page, code)
}

// Until the verdict on the page says so.
function says(page, words) {
  return page.waitForFunction((text) => document.getElementById('result').innerText.includes(text), words)
}

test('a live code is accepted, and after ten minutes it has expired, without anybody asking', async () => {
  const page = await alone()
  const v = await checkPair(page, 'te-5', live('te-5'))
  assert.ok(v.tone === 'good' && v.text.includes(BY_LIVE) && v.text.includes('2021-07-01 09:00:00'), v.text)
  await page.context().clock.fastForward(580_000) // its own seconds run on meanwhile
  assert.ok((await shown(page)).text.includes(BY_LIVE))
  await page.context().clock.fastForward(22_000)
  await says(page, '动态码已超过 10 分钟')
  assert.ok(!(await shown(page)).text.includes(BY_LIVE))
  await page.context().close()
})

test('it decides where the data of the device are too old to', async () => {
  const page = await alone()
  await page.context().clock.setSystemTime((es256.at + 40 * DAY_S) * 1000)
  assert.equal((await check(page, es256.text('te-5'))).tone, 'doubt')
  const v = await check(page, live('te-5', { age: -40 * DAY_S }))
  assert.ok(v.tone === 'good' && v.text.includes(BY_LIVE), v.text)
  await page.context().close()
})

test('it lifts a suspension and tells of one, being newer than the list', async () => {
  const page = await alone()
  const lifted = await checkPair(page, 'te-2', live('te-2'))
  assert.ok(lifted.tone === 'good' && lifted.text.includes(BY_LIVE), lifted.text)
  const suspended = await checkPair(page, 'te-5', live('te-5', { state: STATE.suspended }))
  assert.ok(suspended.tone === 'bad' && suspended.text.includes('暂扣'), suspended.text)
  await page.context().close()
})

test('seen before its certificate, it waits for it', async () => {
  const page = await alone()
  await page.fill('#text', live('te-5'))
  await page.click('form:has(#text) button[type=submit]')
  await page.waitForFunction(() => document.getElementById('said').textContent.includes('请再扫证书码'))
  const v = await check(page, es256.text('te-5'))
  assert.ok(v.tone === 'good' && v.text.includes(BY_LIVE), v.text)
  const next = await check(page, es256.text('te-1'))
  assert.ok(!next.text.includes('动态码不是'), 'it is nobody else’s afterwards')
  await page.context().close()
})

const REFUSED = [
  ['of another deployment', 'te-5', () => live('te-5', { key: keyFromPem(join(sm2.path, 'home', 'keys', 'staple-1.pem')) }), '动态码不是本系统签发的', 'good'],
  ['signed by a key of another use', 'te-5', () => live('te-5', { key: keyFromPem(join(es256.path, 'home', 'keys', 'token-1.pem')) }), '动态码不是本系统签发的', 'good'],
  ['of another certificate', 'te-5', () => live('te-1'), '动态码不是这份证书的', 'good'],
  ['replayed after 601 seconds', 'te-5', () => live('te-5', { age: 601 }), '动态码已超过 10 分钟', 'good'],
  ['of the future', 'te-5', () => live('te-5', { age: -700 }), '动态码的时间超前', 'good'],
  ['of a certificate that the list calls invalid', 'te-3', () => live('te-3'), '动态码与登记簿不符', 'bad'],
]
for (const [name, id, make, why, tone] of REFUSED) {
  test(`refused for its own reason: a live code ${name}`, async () => {
    const page = await alone()
    const v = await checkPair(page, id, make())
    assert.ok(v.tone === tone && v.text.includes(why) && !v.text.includes(BY_LIVE), v.text)
    await page.context().close()
  })
}

test('a forged certificate stays forged, whatever live code is shown with it', async () => {
  const page = await alone()
  const digits = es256.text('te-5').replace(/.*\/V\//, '')
  const forged = digits.slice(0, -3) + String((Number(digits.slice(-3)) + 1) % 256).padStart(3, '0')
  await check(page, forged)
  const v = await check(page, live('te-5'))
  assert.ok(v.tone === 'bad' && v.text.includes('不是真证') && !v.text.includes(es256.number('te-5')), v.text)
  await page.context().close()
})

test('a page without data asks the endpoint, which counts the live code too', async () => {
  const page = await newPage(browser, es256.at, { serviceWorkers: 'block' })
  await page.route('**/publish/**', (route) => route.abort())
  await page.goto(`${endpoint.origin}/?lang=zh`)
  const v = await checkPair(page, 'te-2', live('te-2'))
  assert.ok(v.tone === 'good' && v.text.includes(BY_LIVE) && v.text.includes('由服务器核验'), v.text)
  await page.context().close()
})

test('the camera reads it after the certificate, and axe finds nothing', async () => {
  const png = join(folder, 'live.png')
  const y4m = join(folder, 'live.y4m')
  drawCode(live('te-5'), png)
  writeFileSync(y4m, film(readFileSync(png)))
  const seeing = await launch('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${y4m}`)
  try {
    const page = await alone(seeing)
    await check(page, es256.text('te-5'))
    assert.deepEqual(await axeFinds(page), [])
    await page.click('#live')
    await says(page, BY_LIVE)
    assert.equal((await shown(page)).tone, 'good')
    assert.equal(await page.isVisible('video'), false)
    assert.deepEqual(await axeFinds(page), [])
  } finally {
    await seeing.close()
  }
})
