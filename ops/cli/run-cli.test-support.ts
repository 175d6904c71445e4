// Runs the command line as a user does: a child process through `bin/orrery`.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const BIN = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

export type CliRun = { readonly exit_code: number | null; readonly stdout: string; readonly stderr: string }

export type CliOptions = {
  readonly cwd?: string
  readonly bin?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Another user, for whom modes of files count; absent: whoever runs the tests. */
  readonly uid?: number | undefined
}

export function runCli(args: readonly string[], options: CliOptions = {}): CliRun {
  const { status, stdout, stderr } = spawnSync(options.bin ?? BIN, args, {
    encoding: 'utf8',
    cwd: options.cwd,
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
    env: { ...process.env, ...options.environment },
  })
  return { exit_code: status, stdout, stderr }
}

export type StartedCli = {
  kill(signal: NodeJS.Signals): void
  /** The first line that it prints, or has printed, and that matches. */
  saw(what: RegExp): Promise<string>
  onLine(listener: (line: string) => void): void
  /** Reads no more, as a terminal that is closed. */
  leave(): void
  exit(): Promise<number | null>
}

/** A command that runs until it is told to end, and what it prints. */
export function startCli(args: readonly string[], { cwd }: Pick<CliOptions, 'cwd'>): StartedCli {
  const child = spawn(BIN, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const ended = once(child, 'exit')
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed: string[] = []
  lines.on('line', (line) => printed.push(line))
  return {
    kill: (signal) => child.kill(signal),
    saw: (what) =>
      new Promise((resolve, reject) => {
        const before = printed.find((line) => what.test(line))
        if (before !== undefined) resolve(before)
        lines.on('line', (line) => what.test(line) && resolve(line))
        ended.then(([code]) => reject(new Error(`it ended with ${code} before it printed ${what}`)))
      }),
    leave: () => void child.stdout.destroy(),
    onLine: (listener) => void lines.on('line', listener),
    exit: async () => (await ended)[0] as number | null,
  }
}
