// The rows of one source on their way to the node: the exchange has seen them, the node sees each after its delay, and in
// their order. The first of them is on the agenda; the others wait behind it.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { TickColumns } from '../../engine/tick-store-port.ts'
import { assert } from '../../schemas/assert.ts'
import type { Agenda } from '../exchange/in-flight/agenda.ts'
import type { Delay } from '../exchange/in-flight/delay.ts'

type Fields = Readonly<Record<string, unknown>>

export class LateRows {
  /** The rows under way as a block of their own, a ring of a power of two; `front` is the place of the first. */
  columns: TickColumns
  front = 0
  #count = 0
  #capacity = 64
  readonly #names: readonly string[]
  /** By name, then when each row is due and of which instrument it is. */
  #ring: Float64Array[]
  /** The columns rows are taken from, by name. */
  #from: Float64Array[] = []
  #last_us = Number.NEGATIVE_INFINITY
  readonly #agenda: Agenda
  readonly #source: number
  readonly #delay: Delay
  readonly #message: { readonly type: 'late_row'; readonly source: number }

  /** Any block of the source says what rows it has. */
  constructor(agenda: Agenda, source: number, delay: Delay, block: TickColumns) {
    this.#agenda = agenda
    this.#source = source
    this.#delay = delay
    this.#message = { type: 'late_row', source }
    this.#names = Object.keys(block).filter((name) => (block as Fields)[name] instanceof Float64Array)
    this.#ring = this.#columnsOf(this.#capacity)
    this.columns = this.#view({ ...constantsOf(block) })
  }

  get front_instrument_index(): number {
    return this.#instruments[this.front] as number
  }

  /** Rows are taken from this block until the next is opened. */
  open(block: TickColumns): void {
    this.#from = this.#names.map((name) => (block as Fields)[name] as Float64Array)
  }

  /** A row sets out that the exchange has just seen. It comes no earlier than the one before it. */
  hold(row: number, instrument_index: number, now_us: number): void {
    if (this.#count === this.#capacity) this.#grow()
    const due_us = Math.max(now_us + this.#delay.next(), this.#last_us)
    const place = (this.front + this.#count) & (this.#capacity - 1)
    const ring = this.#ring
    const from = this.#from
    for (let at = 0; at < from.length; at++)
      (ring[at] as Float64Array)[place] = (from[at] as Float64Array)[row] as number
    this.#dues[place] = due_us
    this.#instruments[place] = instrument_index
    this.#last_us = due_us
    if (this.#count++ === 0) this.#announce(now_us, due_us === now_us)
  }

  /** The first row has come, and the next one is announced: what the first causes at once goes before it. */
  drop(now_us: number): void {
    assert(this.#count > 0, 'a row comes that is under way')
    this.front = (this.front + 1) & (this.#capacity - 1)
    if (--this.#count > 0) this.#announce(now_us, false)
  }

  /** Writes the rows; that the first of them is due is on the agenda. */
  save(writer: CanonicalWriter): void {
    this.#delay.save(writer)
    writer.number(this.#last_us)
    writer.count(this.#count)
    for (let at = 0; at < this.#count; at++) {
      const place = (this.front + at) & (this.#capacity - 1)
      for (const column of this.#ring) writer.number(column[place] as number)
    }
  }

  load(reader: CanonicalReader): void {
    this.#delay.load(reader)
    this.#last_us = reader.number()
    this.front = 0
    this.#count = 0
    for (let remaining = reader.count(); remaining > 0; remaining--) {
      if (this.#count === this.#capacity) this.#grow()
      const place = this.#count++
      for (const column of this.#ring) column[place] = reader.number()
    }
  }

  get #dues(): Float64Array {
    return this.#ring[this.#names.length] as Float64Array
  }

  get #instruments(): Float64Array {
    return this.#ring[this.#names.length + 1] as Float64Array
  }

  #announce(now_us: number, isInstant: boolean): void {
    const due_us = this.#dues[this.front] as number
    this.#agenda.add('row', this.#source, now_us, due_us, this.#message, isInstant)
  }

  #grow(): void {
    const larger = this.#columnsOf(this.#capacity * 2)
    for (const [at, column] of this.#ring.entries()) {
      larger[at]?.set(column.subarray(this.front))
      larger[at]?.set(column.subarray(0, this.front), this.#capacity - this.front)
    }
    this.front = 0
    this.#capacity *= 2
    this.#ring = larger
    this.columns = this.#view(this.columns as Fields)
  }

  #columnsOf(capacity: number): Float64Array[] {
    return [...this.#names, 'due', 'instrument'].map(() => new Float64Array(capacity))
  }

  #view(constants: Fields): TickColumns {
    const columns = Object.fromEntries(this.#names.map((name, at) => [name, this.#ring[at]]))
    return { ...constants, count: this.#capacity, ...columns } as unknown as TickColumns
  }
}

/** What is the same for every row: kind, and of bars their interval and price type. */
function constantsOf(block: TickColumns): Fields {
  const constants = Object.entries(block).filter(([, value]) => ['string', 'number'].includes(typeof value))
  return Object.fromEntries(constants)
}
