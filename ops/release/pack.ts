// Packs a release: npm run release [folder]. Prints the tarball's path.

import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { isReleased, isRewritten, releasedPath, releasedText } from './release-file.ts'

/** Writes the release's files, as an installation would hold them, into `staging`. */
export function stageRelease(root: string, staging: string): void {
  for (const path of readdirSync(root).flatMap((name) => pathsUnder(root, name))) {
    const target = join(staging, releasedPath(path))
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(join(root, path), target)
    if (isRewritten(path)) writeFileSync(target, releasedText(path, readFileSync(target, 'utf8')))
  }
}

/** Packs the project at `root` into `destination` and returns the tarball's path. */
export function packRelease(root: string, destination: string): string {
  const staging = mkdtempSync(join(tmpdir(), 'orrery-release-'))
  try {
    stageRelease(root, staging)
    const options = ['--json', '--pack-destination', resolve(destination)]
    const report = execFileSync('npm', ['pack', ...options], { cwd: staging, encoding: 'utf8' })
    const [packed] = JSON.parse(report) as [{ filename: string }]
    return join(resolve(destination), packed.filename)
  } finally {
    rmSync(staging, { recursive: true })
  }
}

function pathsUnder(root: string, path: string): string[] {
  if (statSync(join(root, path)).isFile()) return isReleased(path) ? [path] : []
  if (!isReleased(`${path}/`)) return []
  return readdirSync(join(root, path)).flatMap((name) => pathsUnder(root, `${path}/${name}`))
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  process.stdout.write(`${packRelease(root, process.argv[2] ?? root)}\n`)
}
