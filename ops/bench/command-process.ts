// A command of the product in a process of its own, as a user starts it: what it says, how its session stands, its end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { must } from '../../schemas/assert.ts'
import type { SessionStatus } from '../live/session-status.ts'
import { statusIfUp } from '../session/session-statuses.ts'

const COMMAND = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

export class CommandProcess {
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown[]>
  readonly #lines: { readonly text: string; readonly at_ms: number }[] = []

  constructor(args: readonly string[]) {
    this.#child = spawn(COMMAND, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#exit = once(this.#child, 'exit')
    // Whoever waits for what it says looks again.
    void this.#exit.then(() => this.#child.emit('said'))
    createInterface(must(this.#child.stdout, 'its output is read')).on('line', (text) => {
      this.#lines.push({ text, at_ms: performance.now() })
      this.#child.emit('said')
    })
  }

  /** The first line that is so, and when it came; rejects where the process ends without. */
  async said(what: RegExp): Promise<{ readonly text: string; readonly at_ms: number }> {
    for (;;) {
      const line = this.#lines.find(({ text }) => what.test(text))
      if (line !== undefined) return line
      if (this.#child.exitCode !== null) throw new Error(`it ended and never said ${what}`)
      await once(this.#child, 'said')
    }
  }

  /** Resolves with how the session in a folder stands once it stands so, or the process has ended. */
  async until(
    folder: string,
    every_ms: number,
    is: (status: SessionStatus) => boolean,
  ): Promise<SessionStatus | undefined> {
    while (this.#child.exitCode === null) {
      await wait(every_ms)
      const status = await statusIfUp(folder)
      if (status !== undefined && is(status)) return status
    }
    return undefined
  }

  async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    this.#child.kill(signal)
    await this.#exit
  }
}
