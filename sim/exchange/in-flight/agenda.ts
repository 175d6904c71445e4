// What is on its way between the node and the simulated venues of a run: orders to a venue, outcomes of sends, reports
// and late rows to the node. Items with a latency wait in a heap by due time; items without one are instants, due in the
// order they were caused. Both are part of snapshot and state hash.

import type { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { RingBuffer } from '../../../engine/ring-buffer.ts'
import { assert, must, unreachable } from '../../../schemas/assert.ts'
import type { AccountId, ClientOrderId, VenueId } from '../../../schemas/ids.ts'
import type { SendOutcome, VenueCommand, VenueReport } from '../../../schemas/messages/order.ts'
import { sharedTerms } from '../../../schemas/messages/order-terms.ts'
import type { SecurityStatus } from '../../../schemas/messages/security-status.ts'
import type { ImportedBar } from '../matching/bar-path.ts'

/** The order of items that are due at the same time: bars that waited for it to end, what followed from its rows, the rest. */
export const AGENDA_CLASS = { bars: 0, behind_rows: 1, row: 2, arrival: 3, outcome: 4, report: 5 } as const

/** An order's time in force ends; it reaches the venue like a command, but nobody sent it. */
export type OrderExpiry = {
  readonly type: 'order_expiry'
  readonly venue_id: VenueId
  readonly account_id: AccountId
  readonly client_order_id: ClientOrderId
}

/** The market of a venue changes by itself; nobody sent it either. */
export type MarketEvent = {
  readonly type: 'market_event'
  readonly venue_id: VenueId
  readonly event:
    | 'pre_open'
    | 'open'
    | 'closing_call'
    | 'close'
    | 'halt'
    | 'resume'
    | 'print_due'
    | 'limit_due'
  /** Which of the venue's calendars it is of; -1 where it is of one instrument. */
  readonly calendar: number
  readonly instrument_index: number
}

/** The venue takes a trade back, or corrects its price. */
export type TradeBust = {
  readonly type: 'trade_bust'
  readonly venue_id: VenueId
  /** As it was reported. */
  readonly trade: VenueReport
  readonly is_correction: boolean
  readonly corrected_price_units: number
}

/** The time of bars of one instrument is over that wait for each other. */
export type BarsDue = {
  readonly type: 'bars_due'
  readonly venue_id: VenueId
  readonly instrument_index: number
  readonly bars: ImportedBar[]
}

/** The rows of a time are there that children of the venue waited for, released by trades of others of that time. */
export type ChildrenDue = { readonly type: 'children_due'; readonly venue_id: VenueId }

export type Arrival = VenueCommand | OrderExpiry | MarketEvent | TradeBust | BarsDue | ChildrenDue

/** The first row under way of a source of the run is due at the node; the driver has it. */
export type LateRow = { readonly type: 'late_row'; readonly source: number }

export type AgendaItem =
  | {
      readonly kind: 'row'
      readonly due_us: number
      /** Of the source, which orders rows that are due at the same time. */
      readonly venue_rank: number
      readonly message: LateRow
    }
  | {
      readonly kind: 'arrival'
      readonly due_us: number
      readonly venue_rank: number
      readonly message: Arrival
    }
  | {
      readonly kind: 'outcome'
      readonly due_us: number
      readonly venue_rank: number
      readonly message: SendOutcome
    }
  | {
      readonly kind: 'report'
      readonly due_us: number
      readonly venue_rank: number
      readonly message: VenueReport | SecurityStatus
    }

/**
 * What a market does by itself comes before all that reaches its venue at the same time: a halt that begins, then sessions,
 * then one that ends, whenever each of them became known. What is behind the rows of a time is told by its number, too.
 * Insertions are fewer than any step between these.
 */
const MARKET_FIRST = 2 ** 52
const HALT_ENDS = 2 ** 51
const SESSION_TURNS = 2 ** 50
const BEHIND_ROWS = 2 * MARKET_FIRST

type Kind = AgendaItem['kind']
type Message = AgendaItem['message']

/** One mutable shape for every kind, so that the heap stays monomorphic and its items can be used again. */
type Slot = {
  kind: Kind
  due_us: number
  class_number: number
  venue_rank: number
  /** Insertion number: the last tie-breaker. */
  number: number
  message: Message
}

export class Agenda {
  /** Due time of the earliest item that is no instant, Infinity when there is none. Read once per row of market data. */
  next_due_us = Number.POSITIVE_INFINITY
  /** The same where that item comes right behind the rows of its time, before time moves on; else Infinity. */
  behind_rows_us = Number.POSITIVE_INFINITY
  has_instant = false
  readonly #heap: Slot[] = []
  readonly #instants = new RingBuffer<Slot>()
  readonly #free = new RingBuffer<Slot>()
  /** The item handed out last: the caller may read it until its next `pop`. */
  #lent: Slot | undefined
  #insertions = 0
  readonly #marketFirst: boolean

  /** @param terms_hold whether a market changes before what reaches it at that time (schemas/behaviour.ts). */
  constructor(terms_hold = true) {
    this.#marketFirst = terms_hold
  }

  get count(): number {
    return this.#heap.length + this.#instants.size
  }

  /**
   * Adds what is due at `due_us`; without latency it becomes an instant of the input at `now_us`, unless it has to wait for
   * what is due at the same time.
   */
  add(
    kind: Kind,
    venue_rank: number,
    now_us: number,
    due_us: number,
    message: Message,
    isInstant = due_us === now_us,
  ): void {
    assert(due_us >= now_us, 'nothing is due before it was caused')
    const isFirst = this.#marketFirst && message.type === 'market_event'
    const number = this.#insertions++ - (isFirst ? MARKET_FIRST - stepOf(message.event) : 0)
    const slot = this.#slot(kind, venue_rank, due_us, number, message)
    if (isInstant) {
      this.#instants.push(slot)
      this.has_instant = true
    } else this.#push(slot)
  }

  /** Adds what takes no time and yet waits until the rows of this time have come, and comes before all else of it. */
  addBehindRows(venue_rank: number, now_us: number, message: Arrival): void {
    this.#push(this.#slot('arrival', venue_rank, now_us, this.#insertions++ - BEHIND_ROWS, message))
  }

  /** A venue's market is another one now: what was to change of the former does not. */
  forgetMarket(venue_rank: number): void {
    const kept = this.#heap.filter(
      (slot) => slot.venue_rank !== venue_rank || slot.message.type !== 'market_event',
    )
    kept.sort(compare)
    // A sorted list is a heap.
    this.#heap.splice(0, this.#heap.length, ...kept)
    this.#settle()
  }

  /** When the last thing is due that somebody sent or will be told; undefined where nothing of the kind is on its way. */
  messages_due_us(): number | undefined {
    const due = [...this.#heap, ...this.#instants]
      .filter(({ message: { type } }) => type !== 'market_event' && type !== 'order_expiry')
      .map(({ due_us }) => due_us)
    return due.length === 0 ? undefined : Math.max(...due)
  }

  /** The bars of a venue that wait for each other. */
  barsDue(venue_id: string): BarsDue[] {
    return this.#heap
      .map(({ message }) => message)
      .filter((message) => message.type === 'bars_due')
      .filter((message) => message.venue_id === venue_id)
  }

  /** Reports of a venue on their way to an account. */
  reportsUnderWay(venue_id: string, account_id: string): number {
    const isOne = ({ message }: Slot) =>
      message.type === 'venue_report' && message.venue_id === venue_id && message.account_id === account_id
    return [...this.#heap, ...this.#instants].filter(isOne).length
  }

  /** Removes and returns the oldest instant, or else the earliest item. It stays valid until the next `pop`. */
  pop(): AgendaItem {
    if (this.#lent !== undefined) this.#free.push(this.#lent)
    const slot = this.has_instant ? this.#popInstant() : this.#popDue()
    this.#lent = slot
    return slot as AgendaItem
  }

  save(writer: CanonicalWriter): void {
    writer.number(this.#insertions)
    saveSlots(writer, this.#heap.toSorted(compare))
    saveSlots(writer, [...this.#instants])
  }

  load(reader: CanonicalReader): void {
    this.#insertions = reader.number()
    // A sorted list is a heap.
    this.#heap.splice(0, this.#heap.length, ...loadSlots(reader))
    this.#instants.clear()
    for (const slot of loadSlots(reader)) this.#instants.push(slot)
    this.has_instant = this.#instants.size > 0
    this.#settle()
  }

  #push(slot: Slot): void {
    this.#heap.push(slot)
    siftUp(this.#heap)
    this.#settle()
  }

  #slot(kind: Kind, venue_rank: number, due_us: number, number: number, message: Message): Slot {
    const class_number = classOf(kind, number, message)
    const slot = this.#free.shift()
    if (slot === undefined) return { kind, due_us, class_number, venue_rank, number, message }
    slot.kind = kind
    slot.due_us = due_us
    slot.class_number = class_number
    slot.venue_rank = venue_rank
    slot.number = number
    slot.message = message
    return slot
  }

  #popInstant(): Slot {
    const slot = must(this.#instants.shift(), 'an instant is popped only when there is one')
    this.has_instant = this.#instants.size > 0
    return slot
  }

  #popDue(): Slot {
    const heap = this.#heap
    const top = heap[0]
    assert(top !== undefined, 'an item is popped only when there is one')
    const last = heap.pop() as Slot
    if (heap.length > 0) siftDown(heap, last)
    this.#settle()
    return top
  }

  #settle(): void {
    const top = this.#heap[0]
    this.next_due_us = top === undefined ? Number.POSITIVE_INFINITY : top.due_us
    this.behind_rows_us =
      top !== undefined && top.class_number <= AGENDA_CLASS.behind_rows
        ? top.due_us
        : Number.POSITIVE_INFINITY
  }
}

function stepOf(event: MarketEvent['event']): number {
  if (event === 'halt') return 0
  return event === 'resume' ? HALT_ENDS : SESSION_TURNS
}

function classOf(kind: Kind, number: number, message: Message): number {
  if (message.type === 'bars_due') return AGENDA_CLASS.bars
  if (number < -MARKET_FIRST) return AGENDA_CLASS.behind_rows
  // A look-up by a name that changes from call to call leaves compiled code.
  switch (kind) {
    case 'row':
      return AGENDA_CLASS.row
    case 'arrival':
      return AGENDA_CLASS.arrival
    case 'outcome':
      return AGENDA_CLASS.outcome
    case 'report':
      return AGENDA_CLASS.report
    default:
      return unreachable(kind)
  }
}

function compare(a: Slot, b: Slot): number {
  const byTime = a.due_us - b.due_us || a.class_number - b.class_number
  if (byTime !== 0) return byTime
  // Instants have one order over all venues, and so has what would be one but for the rows of its time.
  const byVenue = a.class_number === AGENDA_CLASS.behind_rows ? 0 : a.venue_rank - b.venue_rank
  return byVenue || a.number - b.number
}

/** Moves the last item up to its place. */
function siftUp(heap: Slot[]): void {
  let at = heap.length - 1
  const slot = heap[at] as Slot
  while (at > 0) {
    const parentAt = (at - 1) >> 1
    const parent = heap[parentAt] as Slot
    if (compare(parent, slot) <= 0) break
    heap[at] = parent
    at = parentAt
  }
  heap[at] = slot
}

/** Puts `slot` in the place of the root that left. */
function siftDown(heap: Slot[], slot: Slot): void {
  const count = heap.length
  let at = 0
  for (;;) {
    let childAt = 2 * at + 1
    if (childAt >= count) break
    if (childAt + 1 < count && compare(heap[childAt + 1] as Slot, heap[childAt] as Slot) < 0) childAt++
    const child = heap[childAt] as Slot
    if (compare(slot, child) <= 0) break
    heap[at] = child
    at = childAt
  }
  heap[at] = slot
}

function saveSlots(writer: CanonicalWriter, slots: readonly Slot[]): void {
  writer.count(slots.length)
  for (const slot of slots) {
    writer.text(slot.kind)
    writer.number(slot.due_us)
    writer.number(slot.venue_rank)
    writer.number(slot.number)
    writer.value(slot.message)
  }
}

function readBack(message: Message): Message {
  if (message.type !== 'new_order_single') return message
  return { ...message, terms: sharedTerms(message.terms) }
}

function loadSlots(reader: CanonicalReader): Slot[] {
  const slots: Slot[] = []
  for (let remaining = reader.count(); remaining > 0; remaining--) {
    const kind = reader.text() as Kind
    const due_us = reader.number()
    const venue_rank = reader.number()
    const number = reader.number()
    const message = readBack(reader.value() as Message)
    const class_number = classOf(kind, number, message)
    slots.push({ kind, due_us, class_number, venue_rank, number, message })
  }
  return slots
}
