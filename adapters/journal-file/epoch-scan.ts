// Checks every byte of an epoch: batches, their order, their chain, and the durable mark they must reach.

import { BATCH_TYPE, type Batch, lastLsn } from '../../engine/journal/batch-format.ts'
import { openingOf, sameBytes } from '../../engine/journal/parse-batch.ts'
import type { RecoveredEpoch } from '../../engine/journal-port.ts'
import { must } from '../../schemas/assert.ts'
import { BatchReader } from './batch-reader.ts'
import { isBefore, type JournalPosition } from './durable-mark.ts'
import type { EpochFiles } from './epoch-files.ts'
import { journalCorrupt } from './journal-errors.ts'

/** The first place from which an epoch cannot be read on. */
export type Damage = {
  readonly segment: number
  readonly offset: number
  readonly file: string
  readonly what: string
}

export type EpochScan = {
  readonly recovered: RecoveredEpoch
  /** Behind the last intact batch. */
  readonly tail: JournalPosition
  /** Damage beyond the mark. Damage before it was refused. */
  readonly damage: Damage | undefined
  /** Segments that do not end with their last batch, but with room for more. */
  readonly room: readonly Room[]
}

export type Room = Pick<Damage, 'segment' | 'offset' | 'file'>

export type EpochToScan = {
  readonly files: EpochFiles
  readonly epoch: number
  /** Chain hash at the end of the epoch before; undefined when that was pruned. */
  readonly previous_hash: Uint8Array | undefined
  readonly mark: JournalPosition
  /** Somebody is writing behind the mark: what stands there is not looked at. */
  readonly stops_at_mark?: boolean
}

export async function scanEpoch(target: EpochToScan): Promise<EpochScan> {
  const walk = new EpochWalk(target)
  const damage = await walk.run()
  const tail = must(walk.tail, 'the mark lies behind the opening')
  const { header, base } = openingOf(must(walk.opening, 'the first batch is the opening'))
  const { epoch } = target
  const recovered = { epoch, header, base, last_lsn: tail.last_lsn, chain_hash: tail.chain_hash }
  return { recovered, tail, damage, room: walk.room }
}

class EpochWalk {
  readonly #target: EpochToScan
  readonly room: Room[] = []
  opening: Batch | undefined
  tail: JournalPosition | undefined

  constructor(target: EpochToScan) {
    this.#target = target
  }

  async run(): Promise<Damage | undefined> {
    const { files, mark, stops_at_mark = false } = this.#target
    const segments = await files.segments()
    const last = stops_at_mark ? mark.segment : Math.max(mark.segment, segments.at(-1) ?? 1)
    for (let segment = 1; segment <= last; segment++) {
      const damage = segments.includes(segment)
        ? await this.#segment(segment)
        : this.#damage(segment, 0, 'a segment is missing')
      if (damage !== undefined) return damage
    }
    return undefined
  }

  async #segment(segment: number): Promise<Damage | undefined> {
    const { files, mark, stops_at_mark = false } = this.#target
    const file = await files.open(segment)
    try {
      const size = await file.size()
      const until = stops_at_mark && segment === mark.segment ? Math.min(size, mark.offset) : size
      const reader = new BatchReader(file, until)
      for (;;) {
        const start = reader.offset
        const batch = await reader.next()
        if (batch === undefined) break
        if (typeof batch === 'string') {
          if (!(await reader.isAtRoom())) return this.#damage(segment, start, batch)
          this.room.push({ segment, offset: start, file: file.path })
          break
        }
        const fault = this.#continuity(batch)
        if (fault !== undefined) return this.#damage(segment, start, fault)
        this.#accept(batch, segment, reader.offset)
      }
      const end = { segment, offset: reader.offset }
      const short = segment === mark.segment && isBefore(end, mark)
      return short ? this.#damage(segment, end.offset, 'the file ends before the durable mark') : undefined
    } finally {
      await file.close()
    }
  }

  /** What is wrong with an intact batch at this place, if anything. */
  #continuity(batch: Batch): string | undefined {
    const { epoch, previous_hash } = this.#target
    if (batch.epoch !== epoch) return `a batch of epoch ${batch.epoch} stands in epoch ${epoch}`
    const number = this.tail === undefined ? 0 : this.tail.number + 1
    if (batch.number !== number) return `batch ${batch.number} stands where batch ${number} belongs`
    const type = number === 0 ? BATCH_TYPE.opening : BATCH_TYPE.records
    if (batch.type !== type) return `batch ${number} has the wrong type`
    const lsn = this.tail === undefined ? 0 : this.tail.last_lsn + 1
    if (batch.first_lsn !== lsn) return `batch ${number} starts at lsn ${batch.first_lsn}, not ${lsn}`
    const chained = this.tail?.chain_hash ?? previous_hash
    if (chained !== undefined && !sameBytes(batch.previous_hash, chained))
      return `batch ${number} does not continue the hash chain`
    return undefined
  }

  #accept(batch: Batch, segment: number, offset: number): void {
    const { mark } = this.#target
    const before = this.tail
    const chain_hash = batch.chain_hash.slice()
    this.tail = { segment, offset, number: batch.number, last_lsn: lastLsn(batch), chain_hash }
    if (batch.number === 0) this.opening = batch
    if (batch.number !== mark.number) return
    const agrees =
      segment === mark.segment && offset === mark.offset && sameBytes(chain_hash, mark.chain_hash)
    if (!agrees) {
      const start = before?.segment === segment ? before.offset : 0
      throw journalCorrupt(
        this.#target.files.path(segment),
        start,
        `batch ${batch.number} is not the one the durable mark names`,
      )
    }
  }

  /** Damage is refused here where the mark says that these bytes were acknowledged. */
  #damage(segment: number, offset: number, what: string): Damage {
    const { files, mark } = this.#target
    const file = files.path(segment)
    if (isBefore({ segment, offset }, mark)) throw journalCorrupt(file, offset, what)
    return { segment, offset, file, what }
  }
}
