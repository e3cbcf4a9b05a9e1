// certcheck's verdicts, for comparing. CERTCHECK is the program.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'sitecert-agree-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

export function scratch(name, bytes) {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

function run(args, { bundle, root, at, lang }) {
  const time = new Date(at * 1000).toISOString().replace('.000Z', 'Z')
  const all = ['--bundle', bundle, '--root', root, '--at', time, '--json', '--lang', lang, ...args]
  const { status, stdout, stderr, error } = spawnSync(process.env.CERTCHECK, all, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: folder },
    maxBuffer: 2 ** 28,
  })
  if (error) throw error
  if (status === 2) throw new Error(`certcheck: ${stderr}`)
  return JSON.parse(stdout)
}

// texts: inputs, none of which has a line break inside. by: { bundle, root, at, lang }, at in Unix seconds.
export function certcheck(by, texts) {
  return run(['--from', scratch('list', texts.map((text) => `${text}\n`).join(''))], by)
}

// One input with the text of a live code beside it.
export function certcheckLive(by, text, live) {
  return run(['--staple', live, text], by)[0]
}
