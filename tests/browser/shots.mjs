#!/usr/bin/env node
// Pictures of the page for docs/page.md, to be looked at.   Usage: node shots.mjs MADE OUT-FOLDER
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { check, launch, newPage, visit } from './chromium.mjs'
import { startEndpoint } from './endpoint.mjs'

const [folder, out] = process.argv.slice(2)
if (!out) {
  console.error('usage: node shots.mjs MADE OUT-FOLDER')
  process.exit(2)
}
const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8'))
const textOf = (id) => made.tokens.find(({ number }) => number === made.numbers[id]).text
const endpoint = await startEndpoint(join(folder, 'publish'), made.at)
const browser = await launch()
try {
  const page = await newPage(browser, made.at, { viewport: { width: 390, height: 844 } })
  await visit(page, endpoint.origin)
  await page.screenshot({ path: join(out, 'page-scan.png') })
  await page.context().setOffline(true)
  await check(page, textOf('te-1'))
  await page.screenshot({ path: join(out, 'page-good.png') })
  await check(page, textOf('te-3'))
  await page.screenshot({ path: join(out, 'page-bad.png') })
} finally {
  await browser.close()
  endpoint.stop()
}
