// Records the histories under sim/histories anew, by a build of choice: a backtest, and a live session with restarts and a
// change of its configuration. `npm run histories -- FOLDER [ORRERY]`; sim/histories/README.md says when.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { must } from '../../schemas/assert.ts'
import { backtestFiles, sessionFiles } from './history-sources.ts'

/** How long each start of the live session runs, seconds, and what is laid over its configuration. */
const STARTS = [
  { seconds: '2', set: [] },
  { seconds: '1.5', set: [] },
  { seconds: '1.5', set: ['--set', 'strategies.s.params.every=3'] },
  { seconds: '1', set: ['--set', 'strategies.s.params.every=3'] },
]

const OURS = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

const [target, orrery = OURS] = process.argv.slice(2)
record(resolve(must(target, 'npm run histories wants the folder to write')), resolve(orrery))

function record(folder: string, orrery: string): void {
  const work = mkdtempSync(join(tmpdir(), 'orrery-history-'))
  const run = (...args: string[]) =>
    JSON.parse(execFileSync(orrery, [...args, '--json'], { cwd: work, encoding: 'utf8' }))
  try {
    for (const [name, text] of Object.entries({ ...backtestFiles(), ...sessionFiles() }))
      writeFileSync(join(work, name), text)
    run('import', 'bars.csv', '--mapping', 'bars.yaml', '--store', 'ticks')
    run('backtest', 'session.yaml', '--out', 'backtest')
    keep(
      join(work, 'backtest', 'journal'),
      join(folder, 'backtest'),
      run('verify', 'backtest', '--store', 'ticks').end,
    )
    for (const { seconds, set } of STARTS) run('paper', 'live.yaml', '--for', seconds, ...set)
    const { epochs, records, output_hash } = run('verify', 'live')
    // By this build: one of before there were archives packs nothing.
    execFileSync(OURS, ['sessions', 'archive', 'live', '--keep', '1'], { cwd: work })
    keep(join(work, 'runs', 'live', 'journal'), join(folder, 'live'), { epochs, records, output_hash })
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The journal without its lock and snapshots, and what verify said of it. */
function keep(journal: string, folder: string, expected: unknown): void {
  if (existsSync(folder)) rmSync(folder, { recursive: true })
  mkdirSync(folder, { recursive: true })
  const isKept = (path: string) => !/\/(lock|snapshot-\d+)$/.test(path)
  cpSync(journal, join(folder, 'journal'), { recursive: true, filter: isKept })
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`)
}
