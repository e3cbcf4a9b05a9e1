#!/usr/bin/env node
// Makes a demonstration with the real program: a home, the records of records/, orders, two publications into one
// folder, and every token that was signed. What the tests need to know of it is in made.json.
// Usage: node make_publication.mjs SITECERT MAKE_LISTS OUT [ALG]      (OUT is emptied; ALG: ES256, SM2)
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeDigits } from './digits.mjs'

const [program, listMaker, out, alg = 'ES256'] = process.argv.slice(2)
if (!out) {
  console.error('usage: node make_publication.mjs SITECERT MAKE_LISTS OUT [ALG]')
  process.exit(2)
}

const records = fileURLToPath(new URL('records', import.meta.url))
const home = join(out, 'home')
const published = join(out, 'publish')
const filled = join(out, 'records')

// Runs a program at a moment of China Standard Time; its standard output as bytes.
function run(command, clock, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', SITECERT_HOME: home, SITECERT_CLOCK: `${clock}+08:00` },
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}${stdout}`)
  return stdout
}

function sitecert(clock, ...args) {
  return run(program, clock, args)
}

function sitecertJson(clock, ...args) {
  return JSON.parse(sitecert(clock, ...args, '--json'))
}

// --- records ---

const numbers = new Map() // record id: certificate number

// '@te-1' in a record stands for the number of the certificate that record te-1 led to.
function fillIn(name) {
  const text = readFileSync(join(records, name), 'utf8')
  const path = join(filled, name)
  writeFileSync(path, text.replace(/@([a-z0-9-]+)/g, (_, id) => numbers.get(id)))
  return path
}

function importFile(clock, path) {
  const results = join(out, 'results.ndjson')
  sitecert(clock, 'import', path, '--results', results)
  for (const line of readFileSync(results, 'utf8').trim().split('\n')) {
    const row = JSON.parse(line)
    if (row.number && ['issued', 'exchanged'].includes(row.outcome)) numbers.set(row.record_id, row.number)
  }
}

function importRecords(clock, name) {
  importFile(clock, fillIn(name))
}

// --- enough of everything for a log of more than one tile ---

const CROWD = 300
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

// GB 11643; born on a day on which nobody of the sample was.
function identityNumber(i) {
  const body = `11010119000202${String(i).padStart(3, '0')}`
  const sum = WEIGHTS.reduce((total, weight, k) => total + weight * Number(body[k]), 0)
  return body + '10X98765432'[sum % 11]
}

function importCrowd(clock) {
  const people = Array.from({ length: CROWD }, (_, i) => `众样本,111,${identityNumber(i)}`)
  const provider = '91330100AHXXX00036'
  const files = {
    'training-crowd.csv': [
      'record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on',
      ...people.map((person, i) => `crowd-tr-${i},${provider},${person},男,06,class-2,60,2021-05-20`),
    ],
    'test-crowd.csv': [
      'record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked',
      ...people.map((person, i) => `crowd-te-${i},${provider},${person},06,2021-05-21,61.5,100,100,1`),
    ],
  }
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(filled, name), `${lines.join('\n')}\n`)
    importFile(clock, join(filled, name))
  }
}

function order(clock, action, id) {
  sitecert(clock, 'order', action, numbers.get(id), '--reason', 'an example', '--ref', 'EX-1')
}

// --- tokens ---

const BASE = 'HTTPS://CERT.EXAMPLE/V/'
const TEXTS = 60 // are as the program says them; a process each is slow, and the crowd's would say nothing more

function saveTokens(clock) {
  const folder = join(out, 'tokens')
  mkdirSync(folder)
  const tokens = []
  for (const number of new Set(numbers.values())) {
    const shown = sitecertJson(clock, 'show', number)
    for (const { version } of shown.versions) {
      const file = join('tokens', `${number}-${version}.cbor`)
      const raw = sitecert(clock, 'token', number, '--version', `${version}`, '--raw')
      writeFileSync(join(out, file), raw)
      const text = tokens.length < TEXTS ? sitecert(clock, 'token', number, '--version', `${version}`).toString().trimEnd() : `${BASE}${encodeDigits(raw)}`
      tokens.push({ number, version, file, text, shown })
    }
  }
  return tokens
}

function publish(clock, copy) {
  sitecert(clock, 'publish', published)
  if (copy) cpSync(published, join(out, copy), { recursive: true })
}

// A signed copy, and the token that it has to hold.
function saveCopy(clock, number) {
  sitecert(clock, 'pdf', number, '-o', join(out, 'certificate.pdf'))
  writeFileSync(join(out, 'certificate.cbor'), sitecert(clock, 'token', number, '--raw'))
}

function secondsOf(clock) {
  return Date.parse(`${clock}+08:00`) / 1000
}

rmSync(out, { recursive: true, force: true })
mkdirSync(filled, { recursive: true })
cpSync(join(records, 'photo.png'), join(filled, 'photo.png'))

sitecert('2020-03-02T09:00:00', 'init', '--demo', '--alg', alg, '--host', 'CERT.EXAMPLE')
publish('2020-03-02T10:00:00', 'publish-empty')
for (const name of ['authority.csv', 'provider.csv', 'training.csv', 'photo.csv', 'test.csv', 'legacy.csv'])
  importRecords('2020-03-10T09:30:00', name)
importRecords('2020-12-03T09:30:00', 'education-2020.csv')
publish('2020-12-03T20:00:00', 'publish-early')

importRecords('2021-05-12T08:00:00', 'education-2021.csv')
order('2021-06-01T08:00:00', 'suspend', 'te-2')
order('2021-06-01T08:10:00', 'revoke', 'te-3')
sitecert('2021-06-02T08:00:00', 'amend', numbers.get('te-4'), '--name', '阿不都·样本', '--reason', 'a misspelling', '--ref', 'EX-2')
publish('2021-06-25T08:00:00', 'publish-week-before')
importCrowd('2021-06-26T08:00:00')
publish('2021-07-01T08:00:00')
run(listMaker, '2021-07-01T08:00:00', [home, published, join(out, 'lists')])

const at = '2021-07-01T09:00:00'
const made = {
  alg,
  at: secondsOf(at),
  published: secondsOf('2021-07-01T08:00:00'),
  numbers: Object.fromEntries(numbers),
  photo: join(filled, 'photo.png'),
  tokens: saveTokens(at),
  keys: sitecertJson(at, 'keys', 'list'),
}
saveCopy(at, numbers.get('te-1'))
writeFileSync(join(out, 'made.json'), JSON.stringify(made, null, 1))
console.log(`${made.tokens.length} tokens of ${new Set(numbers.values()).size} certificates, ${readdirSync(published).length} published names in ${published}`)
