// What a session records of its market: every raw row with the input that carried it, spooled to files off the decision
// path, and the recorder, a process of its own, that puts them into the tick store.

import { openTape } from '../../adapters/recorder/open-tape.ts'
import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Journal } from '../../engine/journal-port.ts'
import type { RawTape } from '../../engine/live/raw-tape-port.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import type { Config } from '../../schemas/config.ts'
import type { Alert } from '../../schemas/messages/alert.ts'
import { timeUs } from '../../schemas/units.ts'
import { RecorderChild } from '../recorder/recorder-child.ts'
import { sessionTape } from './session-folder.ts'

export type SessionTapeOptions = {
  readonly config: Config
  /** Name of the node. */
  readonly node: string
  readonly folder: string
  readonly journal: Journal
  readonly instruments: readonly InstrumentSpec[]
  readonly clock: FeedClock
  readonly onAlert: (alert: Alert) => void
}

export type SessionTapes = {
  readonly tape: RawTape
  /** After the session's last input: everything is in the files. */
  readonly close: () => Promise<void>
}

/** Call before the session's epoch is opened. Undefined where nothing is to be recorded. */
export async function openSessionTape(options: SessionTapeOptions): Promise<SessionTapes | undefined> {
  const { config, node, folder, journal, instruments, clock } = options
  // A history lies in the store already.
  if (!config.live.record || config.live.feeds.some(({ kind }) => kind === 'history')) return undefined
  const { tape, spooler } = await openTape({
    directory: sessionTape(folder),
    tape: `${node}/${config.session}`,
    epoch: (journal.epochs.at(-1)?.epoch ?? 0) + 1,
    journal,
    instruments,
    clock,
    onTrouble: (error) => tellTrouble(options, error),
  })
  spooler.start()
  return {
    tape,
    close: () => spooler.close(),
  }
}

/** The recorder as a child of this process, which also reads a history. A session goes on without one: its files wait. */
export function startRecorder(
  { config, onAlert, clock }: Pick<SessionTapeOptions, 'config' | 'onAlert' | 'clock'>,
  call: { readonly path: string; readonly set: readonly string[] },
): RecorderChild | undefined {
  if (!config.live.record && !config.live.feeds.some(({ kind }) => kind === 'history')) return undefined
  const lines: string[] = []
  return new RecorderChild({
    ...call,
    print: (line) => {
      lines.push(line)
      if (lines.length > LINES_KEPT) lines.shift()
    },
    onExit: (code) =>
      onAlert({
        type: 'alert',
        code: 'recorder.ended',
        severity: 'warning',
        about: config.data.store,
        what: `The recorder ended with code ${code}: ${lines.join(' ')}`,
        remedy: 'The session goes on and its rows wait in files: orrery recorder puts them into the store.',
        ts_us: timeUs(clock.now_us()),
      }),
  })
}

const LINES_KEPT = 5

function tellTrouble({ onAlert, clock, folder }: SessionTapeOptions, error: unknown): void {
  const isOver = error === undefined
  onAlert({
    type: 'alert',
    code: isOver ? 'recorder.spool_again' : 'recorder.spool_failed',
    severity: isOver ? 'info' : 'warning',
    about: sessionTape(folder),
    what: isOver ? 'Raw rows are spooled again.' : `Raw rows cannot be spooled: ${(error as Error).message}`,
    remedy: isOver
      ? 'Nothing is to be done.'
      : 'They are kept in memory up to a bound: free space on the disk.',
    ts_us: timeUs(clock.now_us()),
  })
}
