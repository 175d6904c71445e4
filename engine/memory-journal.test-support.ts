// The journal port in memory, for unit tests and verification runs: the same batches and chain, durable at commit.

import { assert, must } from '../schemas/assert.ts'
import { BatchBuilder } from './journal/batch-builder.ts'
import { type Batch, FIRST_PREVIOUS_HASH, lastLsn } from './journal/batch-format.ts'
import { recordsOf } from './journal/parse-batch.ts'
import { sealOpening } from './journal/seal-batch.ts'
import type {
  EpochOpening,
  EpochSnapshot,
  Journal,
  JournalDurability,
  JournalRecord,
  JournalWriter,
  RecordKind,
  RecoveredEpoch,
} from './journal-port.ts'
import type { Sha256 } from './sha256-port.ts'

/** What would be on a disk: it outlives the journals opened on it. */
export class MemoryJournalStore {
  readonly epochs: StoredEpoch[] = []
  readonly snapshots = new Map<number, EpochSnapshot[]>()

  /** What goes on from here goes on in the copy alone. */
  copy(): MemoryJournalStore {
    const copy = new MemoryJournalStore()
    copy.epochs.push(...this.epochs.map(({ opening, batches }) => ({ opening, batches: [...batches] })))
    for (const [epoch, snapshots] of this.snapshots) copy.snapshots.set(epoch, [...snapshots])
    return copy
  }
}

type StoredEpoch = { readonly opening: EpochOpening; readonly batches: Batch[] }

export class MemoryJournal implements Journal {
  readonly epochs: readonly RecoveredEpoch[]
  readonly repaired = undefined
  readonly #sha256: Sha256
  readonly #store: MemoryJournalStore
  #writer: MemoryJournalWriter | undefined

  constructor(sha256: Sha256, store = new MemoryJournalStore()) {
    this.#sha256 = sha256
    this.#store = store
    this.epochs = store.epochs.map(({ opening, batches }) => {
      const last = lastOf(batches)
      const { epoch, header, base } = opening
      return { epoch, header, base, last_lsn: lastLsn(last), chain_hash: last.chain_hash }
    })
  }

  read(epoch: number, from_lsn = 0): AsyncIterable<JournalRecord> {
    const stored = this.#store.epochs.find(({ opening }) => opening.epoch === epoch)
    const { batches } = must(stored, `epoch ${epoch} is in the journal`)
    const records = recordsFrom(batches.slice(1), from_lsn)
    return { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(records.next()) }) }
  }

  snapshots(epoch: number): Promise<EpochSnapshot[]> {
    return Promise.resolve(this.#store.snapshots.get(epoch) ?? [])
  }

  /** All are kept. */
  saveSnapshot(epoch: number, snapshot: EpochSnapshot): Promise<void> {
    this.#store.snapshots.set(epoch, [...(this.#store.snapshots.get(epoch) ?? []), snapshot])
    return Promise.resolve()
  }

  openEpoch(opening: EpochOpening): Promise<JournalWriter> {
    const last = this.#store.epochs.at(-1)
    const expected = (last?.opening.epoch ?? 0) + 1
    assert(this.#writer?.closed !== false, 'the writer of an epoch is closed before the next epoch opens')
    assert(opening.epoch === expected, `epoch ${expected} follows epoch ${expected - 1}`)
    const previousHash = last === undefined ? FIRST_PREVIOUS_HASH : lastOf(last.batches).chain_hash
    const copy = { ...opening, header: opening.header.slice(), base: opening.base.slice() }
    const batches = [sealOpening(copy, previousHash, this.#sha256)]
    this.#store.epochs.push({ opening: copy, batches })
    this.#writer = new MemoryJournalWriter(copy, batches, this.#sha256)
    return Promise.resolve(this.#writer)
  }

  close(): Promise<void> {
    return this.#writer?.close() ?? Promise.resolve()
  }
}

class MemoryJournalWriter implements JournalWriter {
  readonly epoch: number
  readonly durability: JournalDurability
  readonly failure = undefined
  closed = false
  readonly #batches: Batch[]
  readonly #sha256: Sha256
  #builder = new BatchBuilder()
  #appended_lsn = -1
  #committing: Promise<void> | undefined
  readonly #listeners: ((durable_lsn: number) => void)[] = []

  constructor(opening: EpochOpening, batches: Batch[], sha256: Sha256) {
    this.epoch = opening.epoch
    this.durability = opening.durability ?? 'local'
    this.#batches = batches
    this.#sha256 = sha256
  }

  get appended_lsn(): number {
    return this.#appended_lsn
  }

  get durable_lsn(): number {
    return lastLsn(lastOf(this.#batches))
  }

  get released_lsn(): number {
    return this.durability === 'deferred' ? this.#appended_lsn : this.durable_lsn
  }

  get pending_bytes(): number {
    return this.#builder.body_size
  }

  append(kind: RecordKind, payload: Uint8Array): number {
    assert(!this.closed, 'nothing is appended to a closed journal')
    this.#builder.append(kind, payload)
    this.#appended_lsn += 1
    return this.#appended_lsn
  }

  commit(): Promise<void> {
    // Sealing waits for the end of the running step, as on a disk, so that commits of one step share a batch.
    this.#committing ??= Promise.resolve().then(() => this.#seal())
    return this.#committing
  }

  onDurable(listener: (durable_lsn: number) => void): void {
    this.#listeners.push(listener)
  }

  /** Memory does not fail. */
  onFailure(): void {}

  close(): Promise<void> {
    this.closed = true
    return this.commit()
  }

  #seal(): void {
    this.#committing = undefined
    if (this.#builder.record_count === 0) return
    const last = lastOf(this.#batches)
    const place = {
      epoch: this.epoch,
      number: last.number + 1,
      first_lsn: lastLsn(last) + 1,
      durable_number: last.number,
      previous_hash: last.chain_hash,
    }
    this.#batches.push(this.#builder.seal(place, this.#sha256))
    this.#builder = new BatchBuilder()
    for (const listener of this.#listeners) listener(this.durable_lsn)
  }
}

function* recordsFrom(batches: readonly Batch[], from_lsn: number): Generator<JournalRecord> {
  for (const batch of batches) for (const record of recordsOf(batch)) if (record.lsn >= from_lsn) yield record
}

function lastOf(batches: readonly Batch[]): Batch {
  return must(batches.at(-1), 'an epoch begins with its opening')
}
