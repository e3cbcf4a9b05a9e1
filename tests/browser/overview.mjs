// The operator's page as tests/daemon/serve_overview.py serves it.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SERVE = fileURLToPath(new URL('../daemon/serve_overview.py', import.meta.url))

// Gives { origin, stop }.
export async function serveOverview() {
  const child = spawn('python3', [SERVE], { stdio: ['pipe', 'pipe', 'inherit'] })
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.on('error', reject)
    child.on('exit', (status) => reject(new Error(`serve_overview.py ended with ${status}`)))
  })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  return { ...JSON.parse(line), stop: () => (child.stdin.end(), ended) }
}
