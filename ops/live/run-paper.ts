// `orrery paper` at work: opens the session, prints what happens, answers other commands, and ends by a signal, by `orrery
// stop`, by its own time, or by a failure.

import type { LiveConfig } from '../../schemas/config/live-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { archiveText } from '../session/archive-outcomes.ts'
import { archiveSession } from '../session/archive-session.ts'
import { type LeftOrders, leftText } from './left-orders.ts'
import { onSignals } from './on-signals.ts'
import { openPaperSession, type PaperSession, type SessionSeams } from './paper-session.ts'
import { handleControl } from './session-control.ts'
import { type BeforeOpen, SessionDesk } from './session-desk.ts'
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
  readonly between?: SessionSeams
}

export type EndedPaper = { readonly json: SessionStatus | EndedBefore; readonly text: string }

/** Of a process that was told to stop before its session was open. */
export type EndedBefore = { readonly was: BeforeOpen }

export async function runPaper(options: RunPaperOptions): Promise<EndedPaper> {
  const { path, set, node, stand_by, print, between } = options
  const run_ms = runTime(options.seconds)
  const printer = new SessionPrinter(print)
  const desk = new SessionDesk()
  const { end, signal } = desk
  try {
    const paper = await openPaperSession({
      path,
      set,
      node,
      observer: printer.observer,
      onAlert: (alert) => printer.alert(alert),
      onFault: (fault) => printer.fault(fault),
      onFailure: (error) => desk.fail(error),
      onHistoryEnd: (error) =>
        error === undefined
          ? end.resolve({ by: 'the end of the history', on_stop: 'cancel' })
          : desk.fail(error),
      // A signal finds nothing to end gracefully here: the command line's own handler ends it at the first.
      stand_by: stand_by ? { signal, print } : undefined,
      ...(between !== undefined && { between }),
      start: { signal, onHeld: (folder, before_open) => desk.hold(folder, before_open) },
    })
    printer.describe(paper.config, paper.instruments, paper.session)
    return await runOpened({ paper, desk, run_ms, print })
  } catch (error) {
    const was = desk.endedBefore(error)
    if (was === undefined) {
      desk.ended.reject(error)
      throw error
    }
    desk.ended.resolve({ was })
    const did = was === 'standing_by' ? 'It stood by' : 'It waited for its bus'
    return { json: { was }, text: `${did}, and has ended for orrery stop.\n` }
  } finally {
    await desk.close()
  }
}

type OpenedPaper = {
  readonly paper: PaperSession
  readonly desk: SessionDesk
  readonly run_ms: number | undefined
  readonly print: (line: string) => void
}

async function runOpened({ paper, desk, run_ms, print }: OpenedPaper): Promise<EndedPaper> {
  const { session, config, place, folder, instruments, market } = paper
  const { end } = desk
  const name = place.node_id === undefined ? config.session : `${config.session}/${place.node_id}`
  const scope = { config, place, mode: 'paper', folder, instruments } as const
  desk.open((request) =>
    handleControl(request, {
      session,
      market,
      status: () => statusOf(session, scope),
      stop: (on_stop) => desk.stop(on_stop),
    }),
  )
  const removeSignals = onSignals(() => end.resolve({ by: 'signal', on_stop: undefined }))
  const timer =
    run_ms === undefined
      ? undefined
      : setTimeout(() => end.resolve({ by: 'time', on_stop: undefined }), run_ms)
  let left: LeftOrders
  try {
    print(`${name}: epoch ${session.start.epoch} in ${folder}; Ctrl-C ends it.`)
    // A venue that cannot be reached keeps `run` waiting, and nobody from ending the session.
    const isUp = session.run().then(() => print('Venues and feeds are connected.'))
    await Promise.race([isUp, end.promise])
    const { by, on_stop = config.live.on_stop } = await end.promise
    const open = await session.stop(by, on_stop)
    left = { open_orders: open, held_orders: session.heldOrders }
  } catch (error) {
    await session.abandon()
    throw error
  } finally {
    clearTimeout(timer)
    removeSignals()
    await paper.close()
  }
  desk.refuseFailed()
  // What was said last has had its time to reach the bus.
  const status = statusOf(session, scope)
  const text = `\n${statusText(status)}\n${name} has ended; ${leftText(left)}. ${GOES_ON}\n`
  const { archive } = config.live
  const more = archive === undefined ? '' : await archived(folder, archive)
  // Nothing of the session is held any more: it may be started again.
  desk.ended.resolve(left)
  return { json: status, text: text + more }
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

const GOES_ON = 'Started again, it goes on from here.'

const RUN_SECONDS_MAX = 2_000_000

/** Undefined until told to stop. */
function runTime(seconds: string | undefined): number | undefined {
  if (seconds === undefined) return undefined
  const number = /^\d+(\.\d+)?$/.test(seconds) ? Number(seconds) : 0
  if (number > 0 && number <= RUN_SECONDS_MAX) return number * 1000
  throw new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: `${JSON.stringify(seconds)} is no time to run for.`,
    where: '--for',
    remedy: `Give seconds, above 0 and up to ${RUN_SECONDS_MAX}; without it the session runs until it is told to stop.`,
  })
}
