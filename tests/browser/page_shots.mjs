#!/usr/bin/env node
// Pictures of the endpoint's pages for docs/endpoint.md, to be looked at. SITECERT_BIN: the folder of the programs.
// Usage: node page_shots.mjs OUT-FOLDER
import { join } from 'node:path'
import { launch } from './chromium.mjs'
import { openPage, servePages } from './pages.mjs'

const [out] = process.argv.slice(2)
if (!out) {
  console.error('usage: node page_shots.mjs OUT-FOLDER')
  process.exit(2)
}
const SHOTS = [
  ['verdict-valid', 'valid', { lang: 'zh' }],
  ['verdict-revoked', 'revoked', { lang: 'en' }],
  ['verdict-large', 'suspended', { lang: 'zh', large: true }],
  ['home', 'home', { lang: 'zh' }],
  ['live-code', 'live', { lang: 'zh' }],
]
const served = await servePages()
const browser = await launch()
try {
  const page = await (await browser.newContext({ viewport: { width: 320, height: 1000 }, javaScriptEnabled: false })).newPage()
  for (const [picture, name, view] of SHOTS) {
    await openPage(page, served.pages.find((it) => it.name === name), view)
    await page.screenshot({ path: join(out, `${picture}.png`) })
  }
} finally {
  await browser.close()
  await served.stop()
}
