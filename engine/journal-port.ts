// The journal's port: an append-only log of records, the only authority over what a node saw and said.
//
// Order: records are read back in append order, contiguous from lsn 0 of each epoch. Durability: `durable_lsn` is the
// highest lsn whose record survives a power loss; it never goes back. Release: `released_lsn` is the highest lsn whose
// consequences may leave the node; the outbox looks at nothing else. Overload: `append` never blocks on a sync; the
// adapter seals what is pending into group-commit batches, and `pending_bytes` lets the node stop sending when the
// disk falls behind. Faults: after a failed write or sync the journal is `failed` for good, every later append and
// commit is refused with the same coded error, and `durable_lsn` stays where it was.

/** What a record is. The payload's layout is the engine's business (engine/journal-records.ts); the journal never looks inside. */
export const RECORD_KIND = {
  input: 1,
  effects: 2,
  snapshot: 3,
  checkpoint: 4,
  end: 5,
} as const
export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND]

/**
 * When a record is released. `local`: once it is durable on this disk, so released = durable. `deferred`, for backtests
 * only: at append, so released = appended; full batches are written synchronously to keep memory flat, and only a
 * commit or close syncs.
 */
export type JournalDurability = 'local' | 'deferred'

/** Opens an epoch. Header and base become visible in one durable write, or not at all. */
export type EpochOpening = {
  /** One above the journal's last epoch, 1 in an empty journal. */
  readonly epoch: number
  /** Canonical bytes of the epoch's header: hashes of build, strategies, configuration and schemas, and their contents. */
  readonly header: Uint8Array
  /** Canonical bytes of the state the epoch starts from. */
  readonly base: Uint8Array
  /** Absent: `local`. */
  readonly durability?: JournalDurability
}

/** `payload` is the reader's to keep. */
export type JournalRecord = { readonly lsn: number; readonly kind: RecordKind; readonly payload: Uint8Array }

/** A state beside an epoch's records, as it was behind one of them: a cache for whoever runs the epoch again. */
export type EpochSnapshot = { readonly lsn: number; readonly state: Uint8Array }

export type RecoveredEpoch = {
  readonly epoch: number
  readonly header: Uint8Array
  readonly base: Uint8Array
  /** lsn of the last intact record, -1 when there is none. */
  readonly last_lsn: number
  /** Chain hash (32 bytes) after the last intact batch. */
  readonly chain_hash: Uint8Array
}

/** Writing side of the open epoch. `append` is synchronous and copies its payload. */
export interface JournalWriter {
  readonly epoch: number
  readonly durability: JournalDurability
  /** lsn of the last record appended, -1 before the first. */
  readonly appended_lsn: number
  /** lsn of the last record known to survive a power loss, -1 before the first. */
  readonly durable_lsn: number
  /**
   * lsn of the last record whose effects may be sent: `durable_lsn` under `local`, `appended_lsn` under `deferred`; where
   * a copy elsewhere is waited for, what both hold. It never goes back.
   */
  readonly released_lsn: number
  /**
   * Why no order or replace may leave though its record is released; '' or absent where it may. A copy that is late lets
   * cancels go with what the disk holds, and nothing else.
   */
  readonly order_refusal?: string
  /** Bytes held in memory: appended and, under `local`, not yet durable; under `deferred`, not yet written. */
  readonly pending_bytes: number
  /** The fault that ended writing, if any. */
  readonly failure: Error | undefined
  /** Appends a record and returns its lsn (contiguous from 0 in each epoch). Throws the journal's failure once there is one. */
  append(kind: RecordKind, payload: Uint8Array): number
  /** Seals and syncs what is pending; resolves when everything appended before the call is durable. Calls share a batch. */
  commit(): Promise<void>
  /**
   * Called after each group commit with the new durable_lsn, before the commit's promise resolves; where a copy is waited
   * for, once more is released.
   */
  onDurable(listener: (durable_lsn: number) => void): void
  /** Called once, when writing ends with a failure. */
  onFailure(listener: (failure: Error) => void): void
  /** Commits, then releases the files; rejects with the failure when not everything became durable. */
  close(): Promise<void>
}

export interface Journal {
  /** Epochs found at opening, oldest first. A torn tail of the last epoch was cut; anything else damaged was refused with file and offset. */
  readonly epochs: readonly RecoveredEpoch[]
  /** What opening repaired: file, byte offset and bytes cut of a torn tail. */
  readonly repaired:
    | { readonly file: string; readonly offset: number; readonly bytes_cut: number }
    | undefined
  /** Reads an epoch's records in order from `from_lsn`; of the epoch being written, those durable when reading starts. */
  read(epoch: number, from_lsn?: number): AsyncIterable<JournalRecord>
  /** Snapshots of an epoch that are whole and lie within its records, oldest first. */
  snapshots(epoch: number): Promise<EpochSnapshot[]>
  /** Keeps a snapshot beside a durable record of an epoch; those that are older than the one before it go. */
  saveSnapshot(epoch: number, snapshot: EpochSnapshot): Promise<void>
  /** Opens the next epoch for writing; the writer before it is closed. The earlier epochs become read-only. */
  openEpoch(opening: EpochOpening): Promise<JournalWriter>
  /** Closes the open writer, then lets go of the journal. */
  close(): Promise<void>
}
