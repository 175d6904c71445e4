// One file on its way into a release: what it becomes where Node runs no TypeScript, inside node_modules.

import { stripTypeScriptTypes } from 'node:module'
import { init, parse } from 'es-module-lexer'

await init

const FOLDERS = ['bin', 'schemas', 'engine', 'actors', 'adapters', 'sim', 'ops', 'docs']
const ROOT_FILES = ['ARCHITECTURE.md', 'LICENSE', 'README.md', 'package-lock.json', 'package.json']
const OURS_ALONE = [
  /\.test(-support)?\.ts$/,
  /^ops\/(release|tidy)\//,
  /^(sim|ops)\/histories\//,
  /^ops\/test-summary-reporter\.ts$/,
]

/** Tests, and what serves only them and the release itself, stay home. */
export function isReleased(path: string): boolean {
  const isInside = ROOT_FILES.includes(path) || FOLDERS.some((folder) => path.startsWith(`${folder}/`))
  return isInside && !OURS_ALONE.some((pattern) => pattern.test(path))
}

/** npm publishes no package-lock.json; under its other name the same file pins what an installation gets. */
export function releasedPath(path: string): string {
  return path === 'package-lock.json' ? 'npm-shrinkwrap.json' : path.replace(/\.ts$/, '.js')
}

/** Everything else is copied, byte for byte. */
export function isRewritten(path: string): boolean {
  return path.endsWith('.ts') || path === 'package.json' || path === 'package-lock.json'
}

export function releasedText(path: string, text: string): string {
  if (path === 'package.json') return releasedManifest(text)
  if (path === 'package-lock.json') return releasedLockfile(text)
  return releasedSource(text)
}

/** Types become blanks, so that a line of a stack trace is the line of the source. */
function releasedSource(text: string): string {
  const code = stripTypeScriptTypes(text, { mode: 'strip' })
  let released = ''
  for (const found of parse(code)[0]) {
    if (!('specifier' in found) || found.specifier?.startsWith('.') !== true) continue
    const { start, end } = found
    released += code.slice(released.length, start) + code.slice(start, end).replace(/\.ts\b/, '.js')
  }
  released += code.slice(released.length)
  return released.replaceAll(/\b(new URL|import\.meta\.resolve)\('(\.[^']+)\.ts'/g, "$1('$2.js'")
}

function releasedManifest(text: string): string {
  const { devDependencies, scripts, workspaces, ...manifest } = JSON.parse(text) as Record<string, unknown>
  return jsonText(manifest).replaceAll('.ts"', '.js"')
}

type Locked = { readonly dev?: boolean; readonly link?: boolean; readonly [field: string]: unknown }

function releasedLockfile(text: string): string {
  const lockfile = JSON.parse(text) as { packages: Record<string, Locked> }
  const { '': root, ...installed } = lockfile.packages
  const { devDependencies, workspaces, ...released } = root ?? {}
  const needed = Object.entries(installed).filter(([, locked]) => !locked.dev && !locked.link)
  return jsonText({ ...lockfile, packages: { '': released, ...Object.fromEntries(needed) } })
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
