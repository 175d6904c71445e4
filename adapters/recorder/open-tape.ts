// The raw tape of an epoch, ready for rows: the tapes of epochs that are over are ended first.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { type FinishedTapes, type FinishTapesOptions, finishTapes } from './finish-tape.ts'
import { SessionTape } from './raw-tape.ts'
import { TapeSpooler } from './tape-spooler.ts'

export type OpenTapeOptions = {
  /** Folder of the session's batches. */
  readonly directory: string
  /** `<node>/<session>`. */
  readonly tape: string
  /** The epoch that begins; the journal's others are over. */
  readonly epoch: number
  readonly journal: FinishTapesOptions['journal']
  readonly instruments: readonly InstrumentSpec[]
  /** Venues whose rows come out of a stored history. */
  readonly history_venues: readonly string[]
  readonly clock: Pick<FeedClock, 'after'>
  readonly onTrouble: (error: unknown) => void
}

export type OpenTape = {
  readonly tape: SessionTape
  readonly spooler: TapeSpooler
  readonly finished: FinishedTapes
}

/** Call before the epoch is opened, while the journal has only what is over. */
export async function openTape(options: OpenTapeOptions): Promise<OpenTape> {
  const { directory, tape: name, epoch, journal, instruments, history_venues, clock, onTrouble } = options
  const about = { tape: name, instruments, history_venues }
  const finished = await finishTapes({ ...about, directory, journal })
  const tape = new SessionTape({ ...about, epoch })
  return { tape, spooler: new TapeSpooler({ tape, directory, clock, onTrouble }), finished }
}
