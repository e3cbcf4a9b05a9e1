#!/usr/bin/env node
// Pictures of the operator's page for docs/operations.md, to be looked at. SITECERT_BIN: the folder of the programs.
// Usage: node overview_shots.mjs OUT-FOLDER
import { join } from 'node:path'
import { launch } from './chromium.mjs'
import { serveOverview } from './overview.mjs'

const [out] = process.argv.slice(2)
if (!out) {
  console.error('usage: node overview_shots.mjs OUT-FOLDER')
  process.exit(2)
}
const served = await serveOverview()
const browser = await launch()
try {
  for (const [name, lang, colorScheme] of [['overview', 'zh', 'light'], ['overview-dark', 'en', 'dark']]) {
    const page = await (await browser.newContext({ colorScheme, viewport: { width: 1200, height: 900 } })).newPage()
    await page.goto(`${served.origin}/?lang=${lang}`)
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: true })
  }
} finally {
  await browser.close()
  await served.stop()
}
