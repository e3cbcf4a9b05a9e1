// The text of PDFs as pdf.js finds it, one line of JSON a file; a complaint of pdf.js's is an error.
// Usage: run pdf_text.mjs FILE…
import { readFileSync } from 'node:fs'
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs'

const write = console.log
const said = []
for (const name of ['log', 'warn', 'error']) console[name] = (...words) => said.push(words.join(' '))

for (const path of process.argv.slice(2)) {
  const task = getDocument({ data: new Uint8Array(readFileSync(path)), verbosity: VerbosityLevel.WARNINGS })
  const page = await (await task.promise).getPage(1)
  await page.getOperatorList()
  const { items } = await page.getTextContent()
  write(JSON.stringify(items.map((item) => item.str).join('')))
  await task.destroy()
}
if (said.length > 0) {
  process.stderr.write(`${said.join('\n')}\n`)
  process.exit(1)
}
