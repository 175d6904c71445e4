// One backtest in a process of its own, as a user runs it: its speed and its peak memory are that process's.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { type BenchRun, benchConfig } from './bench-config.ts'

const MAIN = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../cli/main.ts' : '../cli/main.js', import.meta.url),
)

export async function measuredRun(run: BenchRun): Promise<BacktestResult> {
  const path = join(run.folder, 'bench.yaml')
  await writeFile(path, benchConfig(run))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, MAIN, 'backtest', path, '--json'],
    {
      maxBuffer: 1 << 26,
    },
  )
  return JSON.parse(stdout) as BacktestResult
}
