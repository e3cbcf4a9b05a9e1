#!/usr/bin/env node
// How long the page takes from a code that was seen to the verdict that is shown, on a processor slowed down four times:
// median and worst of many, codes of several certificates in turn. And from opening to data ready.
// Usage: node measure.mjs MADE [TIMES]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from './chromium.mjs'
import { startEndpoint } from './endpoint.mjs'

const [folder, timesText = '41'] = process.argv.slice(2)
if (!folder) {
  console.error('usage: node measure.mjs MADE [TIMES]')
  process.exit(2)
}
const SLOWER = 4
const made = JSON.parse(readFileSync(join(folder, 'made.json'), 'utf8'))
const texts = made.tokens.slice(0, 8).map(({ text }) => text)
const endpoint = await startEndpoint(join(folder, 'publish'), made.at)
const browser = await launch()

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

function fromClickToVerdict(text) {
  return new Promise((resolve) => {
    const result = document.getElementById('result')
    result.replaceChildren()
    document.getElementById('text').value = text
    const start = performance.now()
    new MutationObserver((_, observer) => {
      observer.disconnect()
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start), 0)) // painted
    }).observe(result, { childList: true })
    document.querySelector('form:has(#text) button[type=submit]').click()
  })
}

try {
  const page = await browser.newPage()
  await page.addInitScript((at) => {
    const now = Date.now
    const shift = at * 1000 - now()
    Date.now = () => now() + shift
  }, made.at)
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await page.goto(`${endpoint.origin}/?lang=zh`)
  await page.waitForFunction(() => /20\d\d-/.test(document.getElementById('data-age')?.textContent))
  const ready = await page.evaluate(() => performance.now())
  const values = []
  for (let i = 0; i < Number(timesText); i++) values.push(await page.evaluate(fromClickToVerdict, texts[i % texts.length]))
  console.log(`${made.alg}, ${SLOWER} times slowed: data ready after ${ready.toFixed(0)} ms; code to verdict ${median(values).toFixed(1)} ms (median of ${values.length}), worst ${Math.max(...values).toFixed(1)} ms, first ${values[0].toFixed(1)} ms`)
} finally {
  await browser.close()
  endpoint.stop()
}
