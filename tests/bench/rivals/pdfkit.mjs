// One signed certificate after the other with pdfkit, qrcode and @signpdf: the page of the layout "a4" as somebody would write
// it with them, the same face, the same photo, the same length of code. Prints the median seconds of one.
// Usage: node pdfkit.mjs COUNT FONT.ttf PHOTO.jpg KEY.p12 OUT.pdf      (OUT.pdf gets the last one)
import { readFileSync, writeFileSync } from 'node:fs'
import { pdfkitAddPlaceholder } from '@signpdf/placeholder-pdfkit'
import { P12Signer } from '@signpdf/signer-p12'
import { SignPdf } from '@signpdf/signpdf'
import PDFDocument from 'pdfkit'
import QRCode from 'qrcode'

const [count, fontPath, photoPath, keyPath, outPath] = process.argv.slice(2)
const [font, photo, key] = [fontPath, photoPath, keyPath].map((path) => readFileSync(path))

const LABELS = ['姓名', '证件类型', '证件号码', '岗位名称', '证书编号', '培训机构', '发证单位', '首次发证日期', '继续教育截止日']

function nameOf(n) {
  return String.fromCodePoint(...[0, 1, 2].map((i) => 0x4e00 + ((n * 7919 + i * 6151) % 20000)))
}

function drawCode(doc, text, x, y, side) {
  const { modules } = QRCode.create([{ data: text.slice(0, 27), mode: 'alphanumeric' }, { data: text.slice(27), mode: 'numeric' }], { errorCorrectionLevel: 'M' })
  const step = side / modules.size
  for (let row = 0; row < modules.size; row++)
    for (let column = 0; column < modules.size; column++)
      if (modules.get(row, column)) doc.rect(x + column * step, y + row * step, step, step)
  doc.fill('black')
}

function draw(n) {
  const digits = Array.from({ length: 452 }, (_, i) => (i * i + 7 * i + n) % 10).join('')
  const values = [nameOf(n), '居民身份证', '**************0012', '土建施工员', '03301202600000012', '示例市建设职业培训学校', '示例省住房和城乡建设厅', '2026年11月22日', '2028年11月21日']
  const doc = new PDFDocument({ size: 'A4', margin: 0 })
  doc.registerFont('face', font)
  doc.font('face').rect(25, 25, 545, 792).lineWidth(3).stroke('#9e1b1e')
  doc.fill('#9e1b1e').fontSize(20).text('住房和城乡建设领域施工现场专业人员', 110, 75).fontSize(34).text('职业培训合格证', 130, 112)
  LABELS.forEach((label, i) => doc.fill('#6f6962').fontSize(11).text(label, 73, 225 + 37 * i))
  values.forEach((value, i) => doc.fill('#1c1c1e').fontSize(14).text(value, 161, 223 + 37 * i))
  doc.image(photo, 424, 216, { width: 99, height: 138 })
  drawCode(doc, `HTTPS://SITECERT.EXAMPLE/V/${digits}`, 424, 548, 100)
  pdfkitAddPlaceholder({ pdf: doc, pdfBuffer: Buffer.from([]), reason: 'certificate', contactInfo: '', name: 'bench', location: '', signatureLength: 4096 })
  return new Promise((resolve) => {
    const parts = []
    doc.on('data', (part) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts)))
    doc.end()
  })
}

const seconds = []
for (let n = 0; n < Number(count); n++) {
  const began = process.hrtime.bigint()
  const pdf = await new SignPdf().sign(await draw(n), new P12Signer(key, { passphrase: 'bench' }))
  seconds.push(Number(process.hrtime.bigint() - began) / 1e9)
  if (n + 1 === Number(count)) writeFileSync(outPath, pdf)
}
seconds.sort((a, b) => a - b)
console.log(seconds[seconds.length >> 1].toFixed(6))
