// Rebuilds a session from its last epoch, by the hashes that wrote it: the newest snapshot, else the base, and a re-run of
// the inputs behind it. The caller reads the journal and hands the records in:
//
//   const recovery = new Recovery(epoch, snapshot, options)
//   records from recovery.from_lsn → recovery.take(record) runs the tail
//   recovery.finish()         → the base of the next epoch
//
// A re-run that says something else than the journal stops the start-up and names the record.

import { OperatingError } from '../../schemas/operating-error.ts'
import type { EpochSnapshot, JournalRecord, RecoveredEpoch } from '../journal-port.ts'
import { RunDifferenceError } from '../run-difference.ts'
import { EpochReplay, type EpochReplayOptions } from './epoch-replay.ts'
import { stateOfBase } from './session-state.ts'

export type RecoveryOptions = Omit<EpochReplayOptions, 'epoch'>

export class Recovery {
  /** The first record of the tail. */
  readonly from_lsn: number
  readonly #epoch: RecoveredEpoch
  readonly #options: RecoveryOptions
  readonly #state: Uint8Array
  #replay: EpochReplay | undefined

  constructor(epoch: RecoveredEpoch, snapshot: EpochSnapshot | undefined, options: RecoveryOptions) {
    this.#epoch = epoch
    this.#options = options
    this.#state = snapshot?.state ?? stateOfBase(epoch.base)
    this.from_lsn = snapshot === undefined ? 0 : snapshot.lsn + 1
  }

  /** Runs a record of the tail again. */
  take(record: JournalRecord): void {
    this.#replay ??= this.#begin()
    try {
      this.#replay.take(record)
    } catch (error) {
      throw error instanceof RunDifferenceError ? this.#mismatch(error) : error
    }
  }

  finish(): Uint8Array {
    this.#replay ??= this.#begin()
    return this.#replay.finish()
  }

  #begin(): EpochReplay {
    return new EpochReplay({ epoch: this.#epoch.epoch, ...this.#options }, this.#state)
  }

  #mismatch(cause: RunDifferenceError): OperatingError {
    const { lsn, recorded, again } = cause.difference
    return new OperatingError({
      code: 'recovery.mismatch',
      reason: 'mismatch',
      what: `A re-run of the session differs from its journal: recorded is ${recorded}, the re-run says ${again ?? 'nothing'}.`,
      where: `epoch ${this.#epoch.epoch}, record ${lsn}`,
      remedy: 'Do not trade on this state: keep the journal, and find out what is not deterministic.',
      cause,
    })
  }
}
