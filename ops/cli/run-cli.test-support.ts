// Runs the command line as a user does: a child process through `bin/orrery`.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
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

export type StartedCli = {
  kill(signal: NodeJS.Signals): void
  /** The next line that it prints and that matches. */
  saw(what: RegExp): Promise<string>
  exit(): Promise<number | null>
}

/** A command that runs until it is told to end, and what it prints. */
export function startCli(args: readonly string[], { cwd }: Pick<CliOptions, 'cwd'>): StartedCli {
  const child = spawn(BIN, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const ended = once(child, 'exit')
  return {
    kill: (signal) => child.kill(signal),
    saw: (what) =>
      new Promise((resolve, reject) => {
        lines.on('line', (line) => what.test(line) && resolve(line))
        ended.then(([code]) => reject(new Error(`it ended with ${code} before it printed ${what}`)))
      }),
    exit: async () => (await ended)[0] as number | null,
  }
}
