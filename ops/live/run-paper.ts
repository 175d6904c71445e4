// `orrery paper` at work: opens the session, prints what happens, answers other commands, and ends by a signal, by `orrery
// stop`, by its own time, or by a failure.

import type { LiveConfig } from '../../schemas/config/live-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { archiveText } from '../session/archive-outcomes.ts'
import { archiveSession } from '../session/archive-session.ts'
import { listenForControl } from './control-socket.ts'
import { type LeftOrders, leftText } from './left-orders.ts'
import { onSignals } from './on-signals.ts'
import { openPaperSession } from './paper-session.ts'
import { handleControl } from './session-control.ts'
import { SessionPrinter } from './session-printer.ts'
import type { SessionStatus } from './session-status.ts'
import { statusOf, statusText } from './session-status.ts'

export type RunPaperOptions = {
  readonly path: string
  readonly set: readonly string[]
  /** Which of the configuration's nodes; absent: all in this process. */
  readonly node: string | undefined
  /** How long to run, as given; absent: until told to stop. */
  readonly seconds: string | undefined
  /** Follow the node that runs the session, and take over when it is gone. */
  readonly stand_by: boolean
  readonly print: (line: string) => void
}

export type EndedPaper = { readonly status: SessionStatus; readonly text: string }

export async function runPaper(options: RunPaperOptions): Promise<EndedPaper> {
  const { path, set, node, seconds, stand_by, print } = options
  const printer = new SessionPrinter(print)
  const end = Promise.withResolvers<StopRequest>()
  const ended = Promise.withResolvers<LeftOrders>()
  // Nobody may have asked to be told.
  ended.promise.catch(() => undefined)
  const paper = await openPaperSession({
    path,
    set,
    node,
    observer: printer.observer,
    onAlert: (alert) => printer.alert(alert),
    onFault: (fault) => printer.fault(fault),
    onFailure: (error) => end.reject(error),
    onHistoryEnd: (error) =>
      error === undefined
        ? end.resolve({ by: 'the end of the history', on_stop: 'cancel' })
        : end.reject(error),
    // A standby has nothing to end gracefully: the command line's own handler ends it at the first signal.
    stand_by: stand_by ? { signal: new AbortController().signal, print } : undefined,
  })
  const { session, config, place, folder, instruments, market } = paper
  const name = place.node_id === undefined ? config.session : `${config.session}/${place.node_id}`
  printer.describe(config, instruments, session)
  const scope = { config, place, mode: 'paper', folder, instruments } as const
  const stopListening = await listenForControl(folder, (request) =>
    handleControl(request, {
      session,
      market,
      status: () => statusOf(session, scope),
      stop: (on_stop) => stopped(end, ended.promise, on_stop ?? config.live.on_stop),
    }),
  )
  const removeSignals = onSignals(() => end.resolve({ by: 'signal', on_stop: config.live.on_stop }))
  const timer =
    seconds === undefined
      ? undefined
      : setTimeout(() => end.resolve({ by: 'time', on_stop: config.live.on_stop }), Number(seconds) * 1000)
  let left: LeftOrders
  try {
    print(`${name}: epoch ${session.start.epoch} in ${folder}; Ctrl-C ends it.`)
    // A venue that cannot be reached keeps `run` waiting, and nobody from ending the session.
    const isUp = session.run().then(() => print('Venues and feeds are connected.'))
    await Promise.race([isUp, end.promise])
    const { by, on_stop } = await end.promise
    const open = await session.stop(by, on_stop)
    left = { open_orders: open, held_orders: session.heldOrders }
    ended.resolve(left)
  } catch (error) {
    ended.reject(error)
    await session.abandon()
    throw error
  } finally {
    clearTimeout(timer)
    removeSignals()
    await paper.close()
    await stopListening()
  }
  // What was said last has had its time to reach the bus.
  const status = statusOf(session, scope)
  const outcome = {
    status,
    text: `\n${statusText(status)}\n${name} has ended; ${leftText(left)}. ${GOES_ON}\n`,
  }
  const { archive } = config.live
  return archive === undefined
    ? outcome
    : { ...outcome, text: outcome.text + (await archived(folder, archive)) }
}

/** The session has ended well, whatever becomes of its old epochs: they are whole where they were. */
async function archived(
  folder: string,
  { epochs_kept }: NonNullable<LiveConfig['archive']>,
): Promise<string> {
  try {
    return archiveText(await archiveSession(folder, epochs_kept))
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    return `Old epochs were not archived: ${error.what} ${error.remedy ?? ''}\n`
  }
}

type StopRequest = { readonly by: string; readonly on_stop: 'cancel' | 'keep' }

/** Whoever asks is told, also where the session is ending already. */
async function stopped(
  end: PromiseWithResolvers<StopRequest>,
  ended: Promise<LeftOrders>,
  on_stop: 'cancel' | 'keep',
): Promise<LeftOrders> {
  end.resolve({ by: 'orrery stop', on_stop })
  return ended
}

const GOES_ON = 'Started again, it goes on from here.'
