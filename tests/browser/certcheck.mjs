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

// texts: inputs, none of which has a line break inside. at: Unix seconds.
export function certcheck({ bundle, root, at, lang }, texts) {
  const list = scratch('list', texts.map((text) => `${text}\n`).join(''))
  const time = new Date(at * 1000).toISOString().replace('.000Z', 'Z')
  const args = ['--bundle', bundle, '--root', root, '--at', time, '--from', list, '--json', '--lang', lang]
  const { status, stdout, stderr, error } = spawnSync(process.env.CERTCHECK, args, {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: folder },
    maxBuffer: 2 ** 28,
  })
  if (error) throw error
  if (status === 2) throw new Error(`certcheck: ${stderr}`)
  return JSON.parse(stdout)
}
