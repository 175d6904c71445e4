// What a session records of its market: every raw row with the input that carried it, spooled to files off the decision
// path, and the recorder, a process of its own, that puts them into the tick store.

import { openTape } from '../../adapters/recorder/open-tape.ts'
import { TapeShipper } from '../../adapters/recorder/tape-shipper.ts'
import type { MessageBus } from '../../engine/bus-port.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Journal } from '../../engine/journal-port.ts'
import type { RawTape } from '../../engine/live/raw-tape-port.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { BUS_SUBJECT } from '../../schemas/subjects.ts'
import { timeUs } from '../../schemas/units.ts'
import { RecorderChild, recorderCommand } from '../recorder/recorder-child.ts'
import { NodeVoices } from './node-voices.ts'
import { sessionTape } from './session-folder.ts'

export type SessionTapeOptions = {
  readonly config: Config
  /** Name of the node. */
  readonly node: string
  readonly folder: string
  readonly journal: Journal
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
  readonly bus: Pick<MessageBus, 'publish'> | undefined
  readonly onAlert: (alert: Alert) => void
}

export type SessionTapes = {
  readonly tape: RawTape
  /** After the session's last input: everything is in the files, or told as not written. */
  readonly close: () => Promise<void>
}

/** Call before the session's epoch is opened. Undefined where nothing is to be recorded. */
export async function openSessionTape(options: SessionTapeOptions): Promise<SessionTapes | undefined> {
  const { config, node, folder, journal, instruments, clock, bus } = options
  if (!config.live.record) return undefined
  const directory = sessionTape(folder)
  const name = `${node}/${config.session}`
  const { tape, spooler } = await openTape({
    directory,
    tape: name,
    epoch: (journal.epochs.at(-1)?.epoch ?? 0) + 1,
    journal,
    instruments,
    history_venues: config.live.feeds.filter(({ kind }) => kind === 'history').map(({ venue }) => venue),
    clock,
    onTrouble: (error) => tellTrouble(options, SPOOLED, error),
  })
  spooler.start()
  // What the disk does not take was told as trouble, and the next start has it from the journal.
  const end = () => spooler.close().catch(() => undefined)
  if (config.live.recorder === 'beside') return { tape, close: end }
  if (bus === undefined) throw noBusToRecorder()
  const subject = BUS_SUBJECT.marketDataSeq(new NodeVoices(config).ofNode(node), node)
  const shipper = new TapeShipper({
    directory,
    tape: name,
    publish: (batch) => bus.publish({ subject, ...batch }),
    clock,
    onTrouble: (error) => tellTrouble(options, SHIPPED, error),
  })
  shipper.start()
  return {
    tape,
    close: async () => {
      await end()
      await shipper.close()
    },
  }
}

/** The recorder as a child of this process, which also reads a history. A session goes on without one: its files wait. */
export function startRecorder(
  { config, onAlert, clock }: Pick<SessionTapeOptions, 'config' | 'onAlert' | 'clock'>,
  call: { readonly path: string; readonly set: readonly string[] },
): RecorderChild | undefined {
  const isBeside = config.live.record && config.live.recorder === 'beside'
  if (!isBeside && !config.live.feeds.some(({ kind }) => kind === 'history')) return undefined
  const about = config.data.store
  const tell = (code: string, severity: Alert['severity'], what: string, remedy: string) =>
    onAlert({ type: 'alert', code, severity, about, what, remedy, ts_us: timeUs(clock.now_us()) })
  return new RecorderChild({
    ...recorderCommand(call),
    onEnd: (what, restart_ms) =>
      tell(
        'recorder.ended',
        'warning',
        what,
        `The session goes on and its rows wait in files; it is started again in ${restart_ms / 1_000} s.`,
      ),
    onAgain: () =>
      tell('recorder.again', 'info', 'The recorder runs again.', 'It records what waits, each row once.'),
  })
}

type Way = { readonly code: string; readonly done: string; readonly failed: string; readonly remedy: string }

const SPOOLED: Way = {
  code: 'recorder.spool',
  done: 'Raw rows are spooled again.',
  failed: 'Raw rows cannot be spooled',
  remedy: 'They are kept in memory up to a bound: free space on the disk.',
}
const SHIPPED: Way = {
  code: 'recorder.ship',
  done: 'Raw rows go to the recorder again.',
  failed: 'Raw rows do not reach the bus',
  remedy:
    'They wait in files and are sent in order later: see that the server runs, has room, and a recorder.',
}

function tellTrouble({ onAlert, clock, folder }: SessionTapeOptions, way: Way, error: unknown): void {
  const isOver = error === undefined
  onAlert({
    type: 'alert',
    code: `${way.code}_${isOver ? 'again' : 'failed'}`,
    severity: isOver ? 'info' : 'warning',
    about: sessionTape(folder),
    what: isOver ? way.done : `${way.failed}: ${(error as Error).message}`,
    remedy: isOver ? 'Nothing is to be done.' : way.remedy,
    ts_us: timeUs(clock.now_us()),
  })
}

function noBusToRecorder(): OperatingError {
  return new OperatingError({
    code: 'config.no_bus',
    reason: 'usage',
    what: 'Raw rows are to go over the bus to a recorder, and the configuration names no bus.',
    where: 'live.recorder',
    remedy: 'Add bus: nats://127.0.0.1:4222, or use recorder: beside.',
  })
}
