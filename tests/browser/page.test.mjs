// The page in a real Chromium, over the real endpoint: what it shows, what it keeps, what it refuses.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { axeFinds, check, launch, newPage, shown, visit } from './chromium.mjs'
import { drawCode, es256, sitecert, sm2 } from './deployments.mjs'
import { startEndpoint } from './endpoint.mjs'
import { agrees } from './tell.mjs'
import { readVectors } from './vectors.mjs'
import { film } from './video.mjs'

const DAY_S = 86400
const folder = mkdtempSync(join(tmpdir(), 'sitecert-page-'))
const open = []

const digitsOf = (text) => text.replace(/.*\/V\//, '')

async function serve(path, at) {
  const endpoint = await startEndpoint(path, at)
  open.push(endpoint)
  return endpoint
}

let browser
let origin
before(async () => {
  browser = await launch()
  origin = (await serve(join(es256.path, 'publish'), es256.at)).origin
})
after(async () => {
  await browser.close()
  for (const { stop } of open) stop()
  rmSync(folder, { recursive: true, force: true })
})

async function visited(options) {
  const page = await newPage(browser, es256.at, options)
  await visit(page, origin)
  return page
}

test('the vectors mean the same in the browser', async () => {
  const page = await newPage(browser, es256.at)
  await page.route('**/test/tell.js', (route) => route.fulfill({ contentType: 'text/javascript', body: readFileSync(fileURLToPath(new URL('tell.mjs', import.meta.url))) }))
  await page.goto(`${origin}/`)
  const packed = JSON.stringify(readVectors(), (_, value) => (value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value))
  const told = await page.evaluate(async (text) => {
    const bytes = (_, value) => (value?.base64 === undefined ? value : Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0)))
    const { tellers } = await import('/test/tell.js')
    const tell = await tellers('/web')
    return Promise.all(JSON.parse(text, bytes).map(({ area, input, beside }) => tell(area, input, beside)))
  }, packed)
  const vectors = readVectors()
  assert.ok(told.length > 150)
  for (const [i, { area, name, want }] of vectors.entries()) assert.ok(agrees(area, told[i], want), `${area}/${name}: ${told[i]}`)
  await page.context().close()
})

const SAYS = [
  ['te-5', 1, 'good', '有效'], ['te-1', 1, 'good', '已被第 2 版替换'], ['te-2', 1, 'bad', '暂扣'], ['te-3', 1, 'bad', '无效'], ['te-4', 1, 'bad', '无效'],
]
test('typed codes are judged on the device, each state in its words', async () => {
  const page = await visited()
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  for (const [id, version, tone, words] of SAYS) {
    const v = await check(page, es256.text(id, version))
    assert.equal(v.tone, tone, v.text)
    assert.ok(v.text.includes(words) && v.text.includes('由本机核验'), v.text)
  }
  assert.deepEqual(asked.filter((url) => !url.includes('/web/')), [])
  await page.context().close()
})

test('a forged code shows nothing of what it says', async () => {
  const page = await visited()
  const digits = digitsOf(es256.text('te-5'))
  const v = await check(page, digits.slice(0, -3) + String((Number(digits.slice(-3)) + 1) % 256).padStart(3, '0'))
  assert.equal(v.tone, 'bad')
  assert.ok(v.text.includes('不是真证') && !v.text.includes(es256.number('te-5')), v.text)
  await page.context().close()
})

test("another host's code is judged, marked, and never followed", async () => {
  const page = await visited()
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  const v = await check(page, es256.text('te-5').replace('CERT.EXAMPLE', 'CERT.EXAMPLE.EVIL.CN'))
  assert.ok(v.text.includes('请勿打开'), v.text)
  assert.equal(await page.$('#result a'), null)
  assert.deepEqual(asked.filter((url) => !url.startsWith(`${origin}/web/`)), [])
  assert.equal(new URL(page.url()).origin, origin)
  await page.context().close()
})

test('a picture is read on the device', async () => {
  const png = join(folder, 'code.png')
  sitecert('qr', es256.number('te-5'), '--png', png)
  const page = await visited()
  await page.setInputFiles('#file', png)
  const v = await shown(page)
  assert.equal(v.tone, 'good', v.text)
  await page.context().close()
})

async function drop(page, path, type) {
  await page.evaluate(({ bytes, kind }) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], 'dropped', { type: kind }))
    document.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }))
  }, { bytes: readFileSync(path).toString('base64'), kind: type })
  return shown(page)
}

test('a PDF that is dropped is judged whole by the endpoint, and by its token with no network', async () => {
  const pdf = join(folder, 'certificate.pdf')
  sitecert('pdf', es256.number('te-5'), '-o', pdf)
  const page = await visited()
  const online = await drop(page, pdf, 'application/pdf')
  assert.ok(online.text.includes('由服务器核验') && online.tone === 'good', online.text)
  await page.context().setOffline(true)
  await page.evaluate(() => document.getElementById('result').replaceChildren())
  const offline = await drop(page, pdf, 'application/pdf')
  assert.ok(offline.text.includes('只核验了 PDF 中的证书数据') && offline.text.includes('由本机核验') && offline.tone === 'good', offline.text)
  await page.context().close()
})

test('after one visit it opens and judges with no network, a code of the address bar too', async () => {
  const page = await visited()
  await page.context().setOffline(true)
  for (const path of ['/', '/?lang=en']) {
    await page.goto(`${origin}${path}`)
    const v = await check(page, es256.text('te-2'))
    assert.equal(v.tone, 'bad', v.text)
  }
  await page.goto(`${origin}/V/${digitsOf(es256.text('te-5'))}`)
  const v = await shown(page)
  assert.ok(v.tone === 'good' && v.text.includes('由本机核验'), v.text)
  assert.match(await page.textContent('#data-age'), /2021-07-01/)
  await page.context().close()
})

test('old data say that they are old, and nobody is in force by them', async () => {
  const page = await visited()
  await page.context().setOffline(true)
  await page.context().clock.setSystemTime((es256.at + 40 * DAY_S) * 1000)
  await page.goto(`${origin}/`)
  const v = await check(page, es256.text('te-5'))
  assert.ok(v.tone === 'doubt' && v.text.includes('状态数据过期'), v.text)
  assert.match(await page.textContent('#data-age'), /40 天前/)
  await page.context().close()
})

test('a clock that was set back is refused', async () => {
  const page = await visited()
  await page.context().setOffline(true)
  await page.context().clock.setSystemTime((es256.at - 3 * DAY_S) * 1000)
  await page.goto(`${origin}/`)
  const v = await check(page, es256.text('te-5'))
  assert.ok(v.tone === 'doubt' && v.text.includes('设备时钟被拨回'), v.text)
  await page.context().close()
})

test('older data than seen are not taken from the endpoint', async () => {
  const published = join(folder, 'published')
  cpSync(join(es256.path, 'publish'), published, { recursive: true })
  const old = await serve(join(es256.path, 'publish-week-before'), es256.at)
  const page = await visited()
  // The endpoint goes back: its address now answers with the folder of a week before.
  await page.context().route('**/publish/**', async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(origin, old.origin) }) }))
  await page.click('#update')
  await page.waitForFunction(() => document.getElementById('said').textContent.includes('比本机的旧'))
  const v = await check(page, es256.text('te-5'))
  assert.ok(v.tone === 'good' && v.text.includes('2021-07-01 08:00'), v.text)
  await page.context().close()
})

test('a device whose newer bundle is gone refuses the status of an older one', async () => {
  const old = await serve(join(es256.path, 'publish-week-before'), es256.at)
  const page = await visited()
  await page.evaluate(() => new Promise((resolve) => {
    indexedDB.open('sitecert').onsuccess = ({ target }) => {
      const transaction = target.result.transaction('kept', 'readwrite')
      transaction.objectStore('kept').delete('bundle')
      transaction.oncomplete = resolve
    }
  }))
  await page.context().route('**/publish/**', async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(origin, old.origin) }) }))
  await page.context().route('**/api/verify**', (route) => route.abort())
  await visit(page, origin)
  const v = await check(page, es256.text('te-5'))
  assert.ok(v.tone === 'doubt' && v.text.includes('数据包比本机用过的旧'), v.text)
  await page.context().close()
})

test('another deployment at the same address is not believed', async () => {
  const other = await serve(join(sm2.path, 'publish'), sm2.at)
  const page = await visited()
  await page.context().route('**/publish/**', async (route) => route.fulfill({ response: await route.fetch({ url: route.request().url().replace(origin, other.origin) }) }))
  await page.click('#update')
  await page.waitForFunction(() => document.getElementById('said').textContent.includes('不是本机所信任的发证系统'))
  await page.context().close()
})

test('a deployment on SM2 is judged on the device', async () => {
  const other = await serve(join(sm2.path, 'publish'), sm2.at)
  const page = await newPage(browser, sm2.at)
  await visit(page, other.origin)
  await page.context().setOffline(true)
  const v = await check(page, sm2.text('te-5'))
  assert.ok(v.tone === 'good' && v.text.includes('由本机核验'), v.text)
  await page.context().close()
})

test('without a service worker the page works, and says how to keep it', async () => {
  const page = await newPage(browser, es256.at)
  await page.addInitScript(() => delete Navigator.prototype.serviceWorker)
  await page.goto(`${origin}/?lang=zh`)
  await page.waitForFunction(() => document.getElementById('offline').textContent.includes('添加到主屏幕'))
  assert.equal((await check(page, es256.text('te-5'))).tone, 'good')
  await page.context().close()
})

test('without a place to keep data the endpoint is asked, or the data of this visit serve', async () => {
  const page = await newPage(browser, es256.at)
  await page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }))
  await page.goto(`${origin}/?lang=zh`)
  const v = await check(page, es256.text('te-5'))
  assert.equal(v.tone, 'good', v.text)
  await page.context().close()
})

for (const path of ['/?lang=zh', '/?lang=en', '/?lang=zh&large=1']) {
  test(`axe finds nothing: ${path}`, async () => {
    const page = await newPage(browser, es256.at, { viewport: { width: 390, height: 844 } })
    await visit(page, origin, path)
    assert.deepEqual(await axeFinds(page), [])
    await check(page, es256.text('te-1'))
    assert.deepEqual(await axeFinds(page), [])
    await page.context().close()
  })
}

test('the scanner takes at most 120 KB before the first verdict', async () => {
  const page = await newPage(browser, es256.at, { serviceWorkers: 'block' })
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const names = new Map()
  let bytes = 0
  session.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, new URL(response.url).pathname))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!names.get(requestId)?.startsWith('/publish/')) bytes += encodedDataLength
  })
  await page.goto(`${origin}/?lang=zh`)
  await page.waitForFunction(() => /20\d\d-/.test(document.getElementById('data-age').textContent))
  await check(page, es256.text('te-5'))
  assert.ok([...names.values()].includes('/web/app.js') && bytes > 20000)
  assert.ok(![...names.values()].some((name) => /jsqr|sm3/.test(name)), 'what is needed late is loaded late')
  console.log(`first load: ${bytes} bytes with headers, ${names.size} files`)
  assert.ok(bytes <= 120 * 1024, `${bytes} bytes`)
  await page.context().close()
})

// --- the camera: a film for each launch ---

const FILMS = { upright: {}, 'turned by 90 degrees': { angle: 90 }, 'turned by 33 degrees': { angle: 33, side: 600 }, dim: { light: 0.25, noise: 6 } }
for (const [name, options] of Object.entries(FILMS)) {
  test(`the camera reads a code that is ${name}`, async () => {
    const png = join(folder, 'seen.png')
    const y4m = join(folder, `${name.replaceAll(' ', '-')}.y4m`)
    sitecert('qr', es256.number('te-5'), '--png', png)
    writeFileSync(y4m, film(readFileSync(png), options))
    const seeing = await launch('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${y4m}`)
    try {
      const page = await newPage(seeing, es256.at)
      await visit(page, origin)
      await page.click('#camera')
      const v = await shown(page)
      assert.ok(v.tone === 'good' && v.text.includes('由本机核验'), v.text)
      assert.equal(await page.isVisible('video'), false)
    } finally {
      await seeing.close()
    }
  })
}

test('a code of something else is not opened, and the camera goes on looking', async () => {
  const png = join(folder, 'other.png')
  drawCode('HTTPS://EVIL.EXAMPLE/', png)
  const y4m = join(folder, 'other.y4m')
  writeFileSync(y4m, film(readFileSync(png)))
  const seeing = await launch('--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${y4m}`)
  try {
    const page = await newPage(seeing, es256.at)
    await visit(page, origin)
    const asked = []
    page.on('request', (request) => asked.push(request.url()))
    await page.click('#camera')
    await page.waitForFunction(() => document.getElementById('said').textContent.includes('不是证书'))
    assert.equal(await page.isVisible('video'), true)
    assert.ok(asked.every((url) => url.startsWith(origin)) && page.url().startsWith(origin))
  } finally {
    await seeing.close()
  }
})
