// The recorder as a child of a session's process, which has a core first where both want one. It ends with its parent,
// however that ends: its standard input does. One that ends before is started again, after a while that grows; what it
// has not recorded waits in files, and is in the store once.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The command line as a user calls it: a child knows nothing of who started it but that its input ends. */
const ORRERY = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

/** After the first end; twice as long after each further one, up to the last. */
const RESTART_WAIT_MS = 500
const RESTART_WAIT_MAX_MS = 60_000
/** One that has run so long has started well, and waits the first time again. */
const LASTING_MS = 60_000
const LINES_KEPT = 5

export type RecorderChildOptions = {
  readonly command: string
  readonly args: readonly string[]
  /** It has ended without being asked to, or could not be started: why, and when it is started again. */
  readonly onEnd: (what: string, restart_ms: number) => void
  /** It runs again. */
  readonly onAgain: () => void
}

/** The recorder of a session that was started with this configuration. */
export function recorderCommand(call: { readonly path: string; readonly set: readonly string[] }) {
  const overrides = call.set.flatMap((value) => ['--set', value])
  return { command: ORRERY, args: ['recorder', call.path, ...overrides, '--with-parent'] }
}

export class RecorderChild {
  /** Resolves when it has said its first word, so that the store is open and read through it, or could not be started. */
  readonly ready: Promise<void>
  readonly #options: RecorderChildOptions
  readonly #said = Promise.withResolvers<void>()
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #child: ChildProcessWithoutNullStreams | undefined
  /** The last it said, for people. */
  #lines: string[] = []

  constructor(options: RecorderChildOptions) {
    this.#options = options
    this.ready = this.#said.promise
    this.#running = this.#run()
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Lets it record what is spooled, then ends it. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#child?.stdin.end()
    await this.#running
  }

  async #run(): Promise<void> {
    let restart_ms = RESTART_WAIT_MS
    for (let starts = 1; !this.#closing.signal.aborted; starts++) {
      const started_ms = performance.now()
      const what = await this.#once(starts > 1)
      this.#said.resolve()
      if (this.#closing.signal.aborted) return
      if (performance.now() - started_ms > LASTING_MS) restart_ms = RESTART_WAIT_MS
      this.#options.onEnd(what, restart_ms)
      await this.#pause(restart_ms)
      restart_ms = Math.min(2 * restart_ms, RESTART_WAIT_MAX_MS)
    }
  }

  /** One run of it, from its start to its end. Returns how it ended. */
  async #once(isAgain: boolean): Promise<string> {
    const { command, args } = this.#options
    this.#lines = []
    try {
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
      const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>
      // Where it cannot be started it has no id, and says why in an event that this rejects with.
      if (child.pid !== undefined) this.#attend(child, child.pid, isAgain)
      const [code, signal] = await ended
      return `The recorder ended ${signal === null ? `with code ${code}` : `by ${signal}`}: ${this.#lines.join(' ')}`
    } catch (error) {
      return `The recorder could not be started: ${error instanceof Error ? error.message : String(error)}`
    } finally {
      this.#child = undefined
    }
  }

  #attend(child: ChildProcessWithoutNullStreams, pid: number, isAgain: boolean): void {
    this.#child = child
    // A child that is gone takes no more, which its end says.
    child.stdin.on('error', () => undefined)
    let isSilent = true
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (isSilent && isAgain) this.#options.onAgain()
        isSilent = false
        this.#hear(line)
      })
    }
    try {
      setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch (error) {
      // It is gone already, or the system does not let us: then it runs like the session.
      this.#lines.push(`(${error instanceof Error ? error.message : String(error)})`)
    }
  }

  #hear(line: string): void {
    this.#said.resolve()
    this.#lines.push(line)
    if (this.#lines.length > LINES_KEPT) this.#lines.shift()
  }

  /** At the end of the session it is over at once. */
  async #pause(restart_ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, restart_ms)
    this.#closing.signal.addEventListener('abort', () => resolve(), { once: true })
    if (!this.#closing.signal.aborted) await promise
    clearTimeout(timer)
  }
}
