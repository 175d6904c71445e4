// Runs the command line as a user does: a child process through `bin/orrery`.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

export type CliRun = { readonly exit_code: number | null; readonly stdout: string; readonly stderr: string }

export type CliOptions = {
  readonly cwd?: string
  readonly bin?: string
  readonly environment?: Readonly<Record<string, string>>
}

export function runCli(args: readonly string[], options: CliOptions = {}): CliRun {
  const { status, stdout, stderr } = spawnSync(options.bin ?? BIN, args, {
    encoding: 'utf8',
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
  })
  return { exit_code: status, stdout, stderr }
}
