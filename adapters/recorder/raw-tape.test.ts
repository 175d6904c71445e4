import { expect, test } from 'vitest'
import { rawQuote } from '../../engine/conflation/conflated-quote.ts'
import { InputQueue, type InputQueueBounds } from '../../engine/input-queue.ts'
import { compileInstrument } from '../../engine/instrument-spec.ts'
import { crc32c } from '../../engine/journal/crc32c.ts'
import type { RowInput, TradeInput } from '../../engine/live/live-input.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { RECORDED_COLUMNS, ROW_COLUMNS } from '../../engine/wire/packed-rows.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { seriesKey } from '../clickhouse/tick-table.ts'
import { BATCH_ROWS_MAX, SessionTape } from './raw-tape.ts'
import { decodeTapeBatch, encodeTapeBatch, type TapeBatch } from './tape-batch.ts'

const INSTRUMENTS = builtInInstruments().slice(0, 3).map(compileInstrument)
const BOUNDS: InputQueueBounds = { conflate_from: 5, market_max: 20, kept_max: 10 }

type Noted = { ts_event_us: number; seq: number; count: number; sequence: number }

test('[R1] every row offered stands on the tape once, in its order, with the input that carried it', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { taped, expected, counts } = randomSession(seed)
    expect({ seed, taped }).toEqual({ seed, taped: expected })
    // The session was a busy one: rows conflated, and rows were refused.
    expect(Math.min(counts.conflated, counts.refused)).toBeGreaterThan(20)
  }
})

test('[R2] a row is told to nobody before the journal has its input', () => {
  const tape = new SessionTape({ tape: 'n/s', epoch: 1, instruments: INSTRUMENTS, history_venues: [] })
  const stream = tape.stream('test')
  for (let seq = 1; seq <= 3; seq++) {
    tape.offered(quoteAt(0, seq), true, stream, seq, 0)
    tape.sequenced(0, 1, seq, 1_000 + seq)
  }
  tape.offered(quoteAt(0, 4), false, stream, 4, 0)
  expect(tape.take()).toBe(undefined)
  durable(tape, 2)
  expect(notedIn(must(tape.take(), 'two inputs are durable')).map(({ seq }) => seq)).toEqual([1, 2])
  durable(tape, 3)
  const batch = must(tape.take(), 'the third is durable')
  expect(notedIn(batch).map(({ seq }) => seq)).toEqual([3, 0])
  expect([batch.head.number, batch.head.last_seq, batch.head.next_rows]).toEqual([
    2,
    3,
    { [`${INSTRUMENTS[0]?.instrument_id}/quote`]: 4 },
  ])
})

test('[R3] a batch ends where an input ends, and is bounded unless one input has more', () => {
  const tape = new SessionTape({ tape: 'n/s', epoch: 1, instruments: INSTRUMENTS, history_venues: [] })
  const sizes = [5_000, 3_000, 192, 1, 9_000, 7, 8_000]
  let sequence = 0
  sizes.forEach((size, i) => {
    for (let row = 0; row < size; row++) tape.offered(quoteAt(i % 3, ++sequence), true, 0, sequence, 0)
    tape.sequenced(i % 3, size, i + 1, i + 1)
  })
  durable(tape, sizes.length)
  const batches: number[][] = []
  for (let batch = tape.take(); batch !== undefined; batch = tape.take()) {
    const rows = notedIn(batch)
    expect(decodeTapeBatch(encodeTapeBatch(batch))).toEqual(batch)
    batches.push([...new Set(rows.map(({ seq }) => seq))].toSorted((a, b) => a - b))
  }
  expect(batches).toEqual([[1, 2, 3], [4], [5], [6, 7]])
  expect(sizes.slice(0, 3).reduce((sum, size) => sum + size)).toBe(BATCH_ROWS_MAX)
})

test('[R4] what does not fit is counted, and the hole shows in the numbers of the rows', () => {
  const tape = new SessionTape({
    tape: 'n/s',
    epoch: 1,
    instruments: INSTRUMENTS,
    history_venues: [],
    held_rows_max: 3,
  })
  const offer = (sequence: number) => {
    tape.offered(quoteAt(0, sequence), true, 0, sequence, 0)
    tape.sequenced(0, 1, sequence, sequence)
    durable(tape, sequence)
  }
  for (const sequence of [1, 2, 3, 4, 5]) offer(sequence)
  const numbers = () =>
    must(tape.take(), 'there are rows').sections.map(({ first_row, count }) => [first_row, count])
  expect(numbers()).toEqual([[0, 3]])
  for (const sequence of [6, 7]) offer(sequence)
  expect(numbers()).toEqual([[5, 2]])
  expect(tape.dropped_count).toBe(2)
})

test('[R17] a feed that can wait has room for half of what the tape may hold, again when that is in files', () => {
  const about = { tape: 'n/s', epoch: 1, instruments: INSTRUMENTS, history_venues: [] }
  const tape = new SessionTape({ ...about, held_rows_max: 4 })
  const room = [tape.room]
  for (const sequence of [1, 2, 3]) {
    tape.offered(quoteAt(0, sequence), true, 0, sequence, 0)
    tape.sequenced(0, 1, sequence, sequence)
    durable(tape, sequence)
    room.push(tape.room)
  }
  tape.take()
  expect([...room, tape.room]).toEqual([2, 1, 0, 0, 2])
})

test('[R5] the last batch has what no input carried any more, and says that it is the last', () => {
  const tape = new SessionTape({ tape: 'n/s', epoch: 4, instruments: INSTRUMENTS, history_venues: [] })
  tape.offered(quoteAt(1, 10), true, tape.stream('a'), 1, 0)
  const batch = must(tape.take(true), 'a last batch is never missing')
  expect([batch.head.is_last, notedIn(batch)]).toEqual([
    true,
    [{ ts_event_us: 10, seq: 0, count: 0, sequence: 1 }],
  ])
})

test('[R17] a batch names the venues of a history, and one of before there were any is read', () => {
  const tape = new SessionTape({ tape: 'n/s', epoch: 1, instruments: INSTRUMENTS, history_venues: ['gen'] })
  const batch = must(tape.take(true), 'a last batch is never missing')
  expect(batch.head.history_venues).toEqual(['gen'])
  const bytes = encodeTapeBatch(batch)
  expect(decodeTapeBatch(bytes)).toEqual(batch)
  const { history_venues: _, ...head } = batch.head
  const older = encodeTapeBatch({ ...batch, head })
  older[4] = 1
  new DataView(older.buffer).setUint32(older.length - 4, crc32c(older, 0, older.length - 4), true)
  expect(decodeTapeBatch(older)).toEqual({ ...batch, head })
})

test('[R6] a batch with a byte changed, cut off or added is refused with a reason', () => {
  const { batches } = randomSession(7)
  const bytes = encodeTapeBatch(must(batches[0], 'the session has batches'))
  const random = new RandomStream(3, 'damaged batches')
  for (let i = 0; i < 200; i++) {
    const damaged = bytes.slice()
    const at = random.nextInt(bytes.length)
    damaged[at] = (damaged[at] as number) ^ (1 + random.nextInt(255))
    expect(typeof decodeTapeBatch(damaged)).toBe('string')
    expect(typeof decodeTapeBatch(bytes.subarray(0, at))).toBe('string')
  }
  expect(typeof decodeTapeBatch(Uint8Array.of(...bytes.subarray(0, 100), 0))).toBe('string')
})

/** Rows of three instruments through a queue that conflates and refuses, each named by its own stamp. */
function randomSession(seed: number) {
  const random = new RandomStream(seed, 'raw tape')
  const queue = new InputQueue<TradeInput, { kept: true }>(BOUNDS)
  const tape = new SessionTape({ tape: 'n/s', epoch: 1, instruments: INSTRUMENTS, history_venues: [] })
  const batches: TapeBatch[] = []
  const expected = new Map<string, Noted[]>()
  const open = new Map<number, Noted[]>()
  const counts = { conflated: 0, refused: 0 }
  let [seq, sequence] = [0, 0]
  for (let turn = 0; turn < 300; turn++) {
    for (let row = random.nextInt(45); row > 0; row--) {
      const input =
        random.nextInt(6) === 0
          ? tradeAt(random.nextInt(3), ++sequence)
          : quoteAt(random.nextInt(3), ++sequence * 100_000)
      const offer =
        input.type === 'quote' ? queue.offerQuote(input) : queue.offerMarket(input.instrument_index, input)
      if (offer === 'conflated') counts.conflated++
      if (offer === 'gap') counts.refused++
      tape.offered(input, offer !== 'gap', 0, sequence, 0)
      const noted = { ts_event_us: input.ts_event_us, seq: 0, count: 0, sequence }
      const name = seriesOf(input)
      expected.set(name, [...(expected.get(name) ?? []), noted])
      if (offer !== 'gap') {
        const waiting = open.get(input.instrument_index) ?? []
        waiting.push(noted)
        open.set(input.instrument_index, waiting)
      }
    }
    for (let input = queue.take(); input !== undefined; input = queue.take()) {
      if ('kept' in input) continue
      seq++
      const count = input.type === 'quote' ? input.conflated_count : 1
      tape.sequenced(input.instrument_index, count, seq, seq * 10)
      for (const noted of open.get(input.instrument_index)?.splice(0, count) ?? [])
        Object.assign(noted, { seq, count })
    }
    durable(tape, seq - random.nextInt(3))
    const batch = tape.take()
    if (batch !== undefined) batches.push(batch)
  }
  durable(tape, seq)
  batches.push(must(tape.take(true), 'a last batch is never missing'))
  const taped = new Map<string, Noted[]>()
  for (const batch of batches) {
    for (const section of batch.sections) {
      const name = seriesKey(section.series)
      const rows = taped.get(name) ?? []
      expect(section.first_row).toBe(rows.length)
      taped.set(name, [...rows, ...notedIn({ ...batch, sections: [section] })])
    }
  }
  const sorted = (rows: ReadonlyMap<string, Noted[]>) =>
    new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { taped: sorted(taped), expected: sorted(expected), counts, batches }
}

function durable(tape: SessionTape, seq: number): void {
  tape.appended(seq, seq)
  tape.durable(seq)
}

function notedIn({ sections }: TapeBatch): Noted[] {
  return sections.flatMap(({ series, count, columns }) => {
    const names: readonly string[] = [...ROW_COLUMNS[series.kind], ...RECORDED_COLUMNS]
    const value = (name: string, at: number) => columns[names.indexOf(name)]?.[at] as number
    return Array.from({ length: count }, (_, at) => ({
      ts_event_us: value('ts_event_us', at),
      seq: value('processed_seq', at),
      count: value('processed_count', at),
      sequence: value('source_sequence', at),
    }))
  })
}

function seriesOf({ type, instrument_index }: RowInput): string {
  return `${INSTRUMENTS[instrument_index]?.instrument_id}/${type}`
}

function quoteAt(instrument_index: number, ts_event_us: number) {
  const prices = { bid_price_units: ts_event_us, ask_price_units: ts_event_us + 1 }
  return rawQuote({
    instrument_index,
    ts_event_us,
    ts_recv_us: ts_event_us,
    ...prices,
    bid_size_units: 1,
    ask_size_units: 2,
  })
}

function tradeAt(instrument_index: number, ts_event_us: number): TradeInput {
  return {
    type: 'trade',
    instrument_index,
    ts_event_us,
    ts_recv_us: ts_event_us,
    price_units: 5,
    size_units: 6,
    aggressor_side: 1,
  }
}
