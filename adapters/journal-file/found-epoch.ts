import type { RecoveredEpoch } from '../../engine/journal-port.ts'
import type { JournalPosition } from './durable-mark.ts'
import type { TailRepair } from './tail-repair.ts'

/** What was found of one epoch. */
export type FoundEpoch = {
  readonly recovered: RecoveredEpoch
  readonly tail: JournalPosition
  readonly repaired?: TailRepair | undefined
}
