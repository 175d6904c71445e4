// Answers other commands from the moment a process holds a session's folder until it has ended. Before the session is open
// it says what the process is doing, and takes a stop in: what only waits, for a bus or for another node's lease, ends
// there; any other start comes to its end first, and the session is then stopped like every other.

import { OperatingError } from '../../schemas/operating-error.ts'
import { type ControlHandler, type ControlRequest, listenForControl } from './control-socket.ts'
import type { LeftOrders } from './left-orders.ts'
import { stopPolicy } from './session-control.ts'

/** What a process does before its session is open. */
export type BeforeOpen = 'starting' | 'standing_by'

/** @property on_stop undefined: as the configuration says. */
export type StopRequest = { readonly by: string; readonly on_stop: 'cancel' | 'keep' | undefined }

/** How a session that was told to stop has ended: with orders left, or before it was one. */
export type StopAnswer = LeftOrders | { readonly was: BeforeOpen }

export class SessionDesk {
  /** Resolves when the session is to end; rejects when it cannot go on. Which of them comes first is how it ends. */
  readonly end = Promise.withResolvers<StopRequest>()
  /** What whoever asked for the end is told. */
  readonly ended = Promise.withResolvers<StopAnswer>()
  readonly #waiting = new AbortController()
  #before_open: BeforeOpen = 'starting'
  #handle: ControlHandler = (request) => this.#beforeOpen(request)
  #folder = ''
  #failure: { readonly error: unknown } | undefined
  #stopListening: (() => Promise<void>) | undefined

  constructor() {
    // Nobody may have asked to be told, and what fails while a session opens is seen once it is open.
    this.ended.promise.catch(() => undefined)
    this.end.promise.catch(() => undefined)
  }

  /** Aborted when a process is to end that only waits. */
  get signal(): AbortSignal {
    return this.#waiting.signal
  }

  /** The session cannot go on. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.end.reject(error)
  }

  /** Throws what the session could not go on for, also where it was ending already. */
  refuseFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** What a process did that has ended for a stop, and never opened its session; undefined for every other error. */
  endedBefore(error: unknown): BeforeOpen | undefined {
    return this.signal.aborted && error === this.signal.reason ? this.#before_open : undefined
  }

  /** The folder is this process's. Said again where a standby takes over. */
  async hold(folder: string, before_open: BeforeOpen): Promise<void> {
    this.#before_open = before_open
    this.#folder = folder
    this.#stopListening ??= await listenForControl(folder, (request) => this.#handle(request))
  }

  /** The session is open, and answers for itself. */
  open(handle: ControlHandler): void {
    this.#handle = handle
  }

  /** Whoever asks is told, also where the session is ending already. */
  stop(on_stop: StopRequest['on_stop']): Promise<StopAnswer> {
    this.end.resolve({ by: 'orrery stop', on_stop })
    this.#waiting.abort()
    return this.ended.promise
  }

  /** Called again does nothing. */
  async close(): Promise<void> {
    const stopListening = this.#stopListening
    this.#stopListening = undefined
    await stopListening?.()
  }

  async #beforeOpen(request: ControlRequest): Promise<StopAnswer> {
    if (request.command === 'stop') return this.stop(stopPolicy(request['on_stop']))
    throw notUp(this.#before_open, this.#folder)
  }
}

/** Whether a session said that it is not open yet. */
export function isNotUp(error: unknown): boolean {
  return error instanceof OperatingError && NOT_UP.has(error.code)
}

const NOT_UP = new Set(['session.starting', 'session.standing_by'])

function notUp(before_open: BeforeOpen, where: string): OperatingError {
  const isStandby = before_open === 'standing_by'
  return new OperatingError({
    code: `session.${before_open}`,
    reason: 'unavailable',
    what: isStandby
      ? `Process ${process.pid} stands by: it follows the journal of the node that runs the session, and takes over when that is gone.`
      : `Process ${process.pid} is starting the session: it waits for its bus, or rebuilds its books from the journal.`,
    where,
    remedy: isStandby
      ? 'Ask the node that runs it; orrery stop ends the standby.'
      : 'Ask again in a moment; orrery stop ends it.',
  })
}
