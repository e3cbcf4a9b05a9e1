// The real endpoint over a published folder, on a port of its own. VERIFIERD is the program.
import { spawn } from 'node:child_process'

// clock: Unix seconds, for a demonstration. Gives { origin, stop }.
export async function startEndpoint(published, clock) {
  const time = new Date(clock * 1000 + 8 * 3600 * 1000).toISOString().replace('.000Z', '+08:00')
  const child = spawn(process.env.VERIFIERD, ['--published', published, '--listen', '127.0.0.1:0'], {
    env: { PATH: process.env.PATH, LANG: 'C.UTF-8', SITECERT_CLOCK: time, WEB_FOLDER: process.env.WEB_FOLDER },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text) => (said += text))
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      const match = /^listening (\S+)/m.exec(text)
      if (match) resolve(match[1])
    })
    child.on('exit', (status) => reject(new Error(`the endpoint ended with ${status}: ${said}`)))
    child.on('error', reject)
  })
  return { origin: `http://${address}`, stop: () => child.kill('SIGTERM') }
}
