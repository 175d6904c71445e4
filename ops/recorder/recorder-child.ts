// The recorder as a child of a session's process, which has a core first where both want one. It ends with its parent,
// however that ends: its standard input does.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The command line as a user calls it: a child knows nothing of who started it but that its input ends. */
const ORRERY = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

export type RecorderChildOptions = {
  readonly path: string
  readonly set: readonly string[]
  /** What it says, line by line. */
  readonly print: (line: string) => void
  /** It has ended without being asked to; the tape stays in its files until there is another. */
  readonly onExit: (code: number | null) => void
}

export class RecorderChild {
  /** Resolves when it has said its first word: the store is open and read through it. */
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  #isClosing = false

  constructor({ path, set, print, onExit }: RecorderChildOptions) {
    const overrides = set.flatMap((value) => ['--set', value])
    const args = ['recorder', path, ...overrides, '--with-parent']
    this.#child = spawn(ORRERY, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    if (this.#child.pid !== undefined) setPriority(this.#child.pid, constants.priority.PRIORITY_BELOW_NORMAL)
    const said = Promise.withResolvers<void>()
    this.ready = said.promise
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        said.resolve()
        print(line)
      })
    }
    this.#child.once('exit', () => said.resolve())
    this.#exited = once(this.#child, 'close')
    this.#child.once('exit', (code) => {
      if (!this.#isClosing) onExit(code)
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Lets it record what is spooled, then ends it. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#child.stdin?.end()
    await this.#exited
  }
}
