#!/usr/bin/env node
// When the verdict page is first painted in a real Chromium on a throttled line, from nothing: no cache, no connection. Chromium delays
// requests, not the setting up of connections, so the round trips of that are added to the delay.
// Usage: SITECERT_BIN=… node first_paint.mjs [TIMES]     exit status 1: over the limit
import { launch } from './chromium.mjs'
import { servePages } from './pages.mjs'

const times = Number(process.argv[2] ?? 9)
const LIMIT_MS = 1000
const KBIT = 1000 / 8

// Round trips: one to connect, one for TLS 1.3, one to ask.
const LINES = [
  { name: 'no line between', rtt: 0, trips: 0, down: 1e6, up: 1e6 },
  { name: '3G (1.6 Mbit/s, 300 ms), connect and ask', rtt: 300, trips: 2, down: 1600, up: 768, limit: LIMIT_MS },
  { name: '3G (1.6 Mbit/s, 300 ms), connect, TLS 1.3 and ask', rtt: 300, trips: 3, down: 1600, up: 768 },
  { name: 'slow 3G (400 kbit/s, 400 ms), connect and ask', rtt: 400, trips: 2, down: 400, up: 400 },
]

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

async function firstPaint(browser, url, line) {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', {
    offline: false, latency: line.rtt * line.trips, downloadThroughput: line.down * KBIT, uploadThroughput: line.up * KBIT,
  })
  await page.goto(url)
  const paint = await page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: 'paint', buffered: true })
  }))
  const bytes = await page.evaluate(() => performance.getEntriesByType('navigation')[0].transferSize)
  const others = await page.evaluate(() => performance.getEntriesByType('resource').length)
  await context.close()
  return { paint, bytes, others }
}

const { pages, stop } = await servePages()
const { origin, target } = pages.find(({ name }) => name === 'valid')
const browser = await launch()
let late = 0
try {
  for (const line of LINES) {
    const seen = []
    for (let i = 0; i < times; i++) seen.push(await firstPaint(browser, `${origin}${target}?lang=zh`, line))
    const values = seen.map(({ paint }) => paint)
    const value = median(values)
    if (!(value >= line.rtt * line.trips)) throw new Error(`${value} ms is less than the line's own delay`)
    console.log(`${line.name}: verdict page of ${seen[0].bytes} bytes and ${seen[0].others} more requests, first paint ${value.toFixed(0)} ms ` +
      `(median of ${times}), worst ${Math.max(...values).toFixed(0)} ms${line.limit ? `; limit ${line.limit} ms` : ''}`)
    late += line.limit !== undefined && value >= line.limit
  }
} finally {
  await browser.close()
  await stop()
}
process.exitCode = late ? 1 : 0
