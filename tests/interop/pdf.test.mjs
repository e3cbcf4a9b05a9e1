// PDFs as pdf.js reads them: text, tags, attachments, and not a word of complaint. And their QR codes as a scanner sees
// them: the page drawn by poppler, then blurred, turned and soiled, read by jsQR and by certcheck-picture.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import jsqr from 'jsqr'
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { PNG } from 'pngjs'
import { madePath } from './testing.mjs'

const { SITECERT, PICTURE } = process.env
const folder = mkdtempSync(join(tmpdir(), 'sitecert-pdf-'))
after(() => rmSync(folder, { recursive: true }))

const LAYOUTS = ['a4', 'card']
const SAYS = {
  usual: ['张示例', '土建施工员', '03301202600000012', '2028'],
  long: ['示例沙塔尔艾合买提吐尔逊江·样本巴哈提古丽再努尔', '（示例岗位）'],
  sparse: ['王𠮷䶮', '机械员'],
}

function preview(layout, sample) {
  const path = join(folder, `${layout}-${sample}.pdf`)
  execFileSync(SITECERT, ['layout', 'preview', layout, '-o', path, '--sample', sample])
  return path
}

// --- pdf.js ---

async function read(path) {
  const said = []
  const kept = { log: console.log, warn: console.warn, error: console.error }
  for (const name of Object.keys(kept)) console[name] = (...words) => said.push(words.join(' '))
  try {
    const task = getDocument({ data: new Uint8Array(readFileSync(path)), verbosity: VerbosityLevel.WARNINGS })
    const file = await task.promise
    const page = await file.getPage(1)
    await page.getOperatorList()
    const { items } = await page.getTextContent()
    const found = {
      said,
      text: items.map((item) => item.str).join('').replaceAll(' ', ''),
      tags: await page.getStructTree(),
      attachments: (await file.getAttachments()) ?? {},
      title: (await file.getMetadata()).info.Title,
    }
    await task.destroy()
    return found
  } finally {
    Object.assign(console, kept)
  }
}

for (const layout of LAYOUTS) {
  for (const [sample, texts] of Object.entries(SAYS)) {
    test(`pdf.js reads ${layout}, ${sample}`, async () => {
      const { said, text, tags } = await read(preview(layout, sample))
      assert.deepEqual(said, [])
      for (const want of texts) assert.ok(text.includes(want), `${want} in ${text}`)
      assert.equal(tags.children[0].role, 'Document')
    })
  }
}

test('pdf.js draws characters beyond the BMP from every face', async () => {
  const { text } = await read(preview('a4', 'sparse'))
  assert.ok(text.includes('𬭛𬱖𪟝㭎𰻝建设职业培训学校'), text)
})

test('pdf.js finds the token in a signed copy', async () => {
  const { said, attachments, title } = await read(madePath('certificate.pdf'))
  assert.deepEqual(said, [])
  assert.equal(title, '住房和城乡建设领域施工现场专业人员职业培训合格证')
  assert.deepEqual(Object.keys(attachments).sort(), ['certificate.cbor', 'certificate.tlog-proof'])
  assert.deepEqual(Buffer.from(attachments['certificate.cbor'].content), readFileSync(madePath('certificate.cbor')))
})

// --- print and scan ---

function draw(path, dpi) {
  const page = join(folder, `page-${dpi}`)
  execFileSync('pdftoppm', ['-r', String(dpi), '-png', '-singlefile', path, page])
  const { width, height, data } = PNG.sync.read(readFileSync(`${page}.png`))
  return { width, height, grey: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]) }
}

// The mean of 3 × 3 pixels; the border stays.
function blur({ width, height, grey }) {
  const to = Uint8Array.from(grey)
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      let sum = 0
      for (let dy = -width; dy <= width; dy += width)
        for (let dx = -1; dx <= 1; dx++) sum += grey[y * width + x + dy + dx]
      to[y * width + x] = sum / 9
    }
  return { width, height, grey: to }
}

// A card lies on the white lid of the scanner, A4 fills it.
function pad({ width, height, grey }, margin) {
  const [w, h] = [width + 2 * margin, height + 2 * margin]
  const to = new Uint8Array(w * h).fill(255)
  for (let y = 0; y < height; y++) to.set(grey.subarray(y * width, (y + 1) * width), (y + margin) * w + margin)
  return { width: w, height: h, grey: to }
}

// About the middle, white where nothing was, between pixels by their distance.
function turn({ width, height, grey }, degrees) {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)]
  const to = new Uint8Array(width * height).fill(255)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x - width / 2, y - height / 2]
      const [fx, fy] = [cos * u + sin * v + width / 2, cos * v - sin * u + height / 2]
      const [ix, iy] = [Math.floor(fx), Math.floor(fy)]
      if (ix < 0 || iy < 0 || ix + 1 >= width || iy + 1 >= height) continue
      const [ax, ay] = [fx - ix, fy - iy]
      const at = iy * width + ix
      const above = grey[at] * (1 - ax) + grey[at + 1] * ax
      const below = grey[at + width] * (1 - ax) + grey[at + width + 1] * ax
      to[y * width + x] = above * (1 - ay) + below * ay
    }
  return { width, height, grey: to }
}

// Two pixels in a hundred black or white, the same ones each time.
function soil({ width, height, grey }) {
  let state = 20261122
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  return { width, height, grey: grey.map((value) => (next() < 0.02 ? (next() < 0.5 ? 0 : 255) : value)) }
}

// Each pixel the middle one of nine, and every second line and column left out: what a reader does with a large scan.
function reduce({ width, height, grey }) {
  const [across, down] = [width >> 1, height >> 1]
  const to = new Uint8Array(across * down).fill(255)
  for (let y = 1; y < down - 1; y++)
    for (let x = 1; x < across - 1; x++) {
      const nine = []
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) nine.push(grey[(2 * y + dy) * width + 2 * x + dx])
      to[y * across + x] = nine.sort((a, b) => a - b)[4]
    }
  return { width: across, height: down, grey: to }
}

function tryJsqr({ width, height, grey }) {
  const rgba = new Uint8ClampedArray(4 * grey.length)
  grey.forEach((value, i) => rgba.set([value, value, value, 255], 4 * i))
  return jsqr(rgba, width, height, { inversionAttempts: 'dontInvert' })?.data
}

// As a phone does from frame to frame: one picture after the other until one is read.
function readByJsqr(page) {
  const smaller = reduce(page)
  for (const tried of [page, smaller, blur(page), blur(smaller), blur(blur(page)), reduce(smaller)]) {
    const text = tryJsqr(tried)
    if (text) return text
  }
  return undefined
}

function readByPicture({ width, height, grey }) {
  const png = new PNG({ width, height })
  grey.forEach((value, i) => png.data.set([value, value, value, 255], 4 * i))
  const path = join(folder, 'scan.png')
  writeFileSync(path, PNG.sync.write(png))
  return execFileSync(PICTURE, [path], { encoding: 'utf8' })
}

for (const layout of LAYOUTS) {
  for (const dpi of [150, 300]) {
    test(`the code on ${layout} is read at ${dpi} dpi, clean and scanned`, () => {
      const clean = draw(preview(layout, 'usual'), dpi)
      const scanned = soil(turn(pad(blur(clean), layout === 'card' ? dpi / 2 : 0), 3))
      const text = readByJsqr(clean)
      assert.match(text ?? '', /^HTTPS:\/\/SITECERT\.EXAMPLE\/V\/[0-9]{452}$/)
      assert.equal(readByJsqr(scanned), text)
      assert.ok(readByPicture(clean).includes(text))
      assert.ok(readByPicture(scanned).includes(text))
    })
  }
}
