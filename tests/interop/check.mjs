#!/usr/bin/env node
// Checks a published folder, and tokens against it, and says what it found. Exit status: 0 all holds, 1 something does
// not, 2 usage.
// Usage: node check.mjs --root root.cbor [--at UNIX-SECONDS] FOLDER [QR-TEXT | TOKEN.cbor]…
import { existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readQrText } from './digits.mjs'
import { folderReader, readPublication, rowOf } from './publication.mjs'
import { Refused } from './refused.mjs'
import { checkInclusion, leafHash } from './tlog.mjs'
import { verifyToken } from './token.mjs'

const WORDS = ['valid', 'invalid', 'suspended']

function usage() {
  console.error('usage: node check.mjs --root root.cbor [--at UNIX-SECONDS] FOLDER [QR-TEXT | TOKEN.cbor]…')
  process.exit(2)
}

async function checkToken(p, input) {
  const bytes = existsSync(input) ? readFileSync(input) : readQrText(input).bytes
  const { claims } = await verifyToken(bytes, p.trust)
  const row = rowOf(p, claims.statusIndex)
  const proof = p.tree.prove(claims.logIndex)
  const included = checkInclusion(leafHash(bytes), claims.logIndex, p.tree.size, proof, p.checkpoint.root)
  const deadline = new Date(row.deadline * 86400000).toISOString().slice(0, 10)
  console.log(`${claims.number} version ${claims.version} of ${row.version}: ${WORDS[row.status]}, deadline ${deadline}, ${included ? 'in the log' : 'NOT in the log'}`)
  return included
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { root: { type: 'string' }, at: { type: 'string' } },
    allowPositionals: true,
  })
  const [folder, ...inputs] = positionals
  if (!values.root || !folder) usage()
  const at = values.at ? Number(values.at) : Date.now() / 1000
  const p = await readPublication(folderReader(folder), readFileSync(values.root), at)
  console.log(`sequence ${p.bundle.header.sequence}, ${p.bundle.header.rows} rows, log of ${p.checkpoint.size} entries, ${p.trust.keys.length} keys`)
  let good = true
  for (const input of inputs) good = (await checkToken(p, input)) && good
  return good
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (e) {
  if (!(e instanceof Refused)) throw e
  console.error(`refused: ${e.message}`)
  process.exitCode = 1
}
