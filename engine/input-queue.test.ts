import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConflatedQuote, rawQuote } from './conflation/conflated-quote.ts'
import { InputQueue } from './input-queue.ts'

type Trade = { readonly type: 'trade'; readonly id: number }
type Fill = { readonly type: 'fill'; readonly id: number }

const SECOND_US = 1_000_000

function quote(instrument_index: number, ts_event_us: number, bid = 100): ConflatedQuote {
  return rawQuote({
    instrument_index,
    ts_event_us,
    ts_recv_us: ts_event_us,
    bid_price_units: bid,
    ask_price_units: bid + 2,
    bid_size_units: 1,
    ask_size_units: 1,
  })
}

function queue(bounds: Partial<ConstructorParameters<typeof InputQueue>[0]> = {}) {
  return new InputQueue<Trade, Fill>({ conflate_from: 1, market_max: 4, kept_max: 2, ...bounds })
}

function drain(from: InputQueue<Trade, Fill>): (ConflatedQuote | Trade | Fill)[] {
  const inputs = []
  for (let input = from.take(); input !== undefined; input = from.take()) inputs.push(input)
  return inputs
}

test('below its mark the queue passes every input as it came', () => {
  const inputs = queue({ conflate_from: 4 })
  const first = quote(0, 1)
  const second = quote(0, 2)
  const trade: Trade = { type: 'trade', id: 1 }
  expect([inputs.offerQuote(first), inputs.offerQuote(second), inputs.offerMarket(0, trade)]).toEqual([
    'queued',
    'queued',
    'queued',
  ])
  expect(drain(inputs)).toEqual([first, second, trade])
})

test('above its mark a quote joins the queued one of its second, with count and extremes', () => {
  const inputs = queue()
  inputs.offerQuote(quote(0, 10, 100))
  expect([inputs.offerQuote(quote(0, 20, 90)), inputs.offerQuote(quote(0, SECOND_US, 95))]).toEqual([
    'conflated',
    'conflated',
  ])
  expect(inputs.conflated_count).toBe(2)
  expect(drain(inputs)).toEqual([
    {
      ...quote(0, SECOND_US, 95),
      conflated_count: 3,
      bid_low_price_units: 90,
      bid_high_price_units: 100,
      ask_low_price_units: 92,
      ask_high_price_units: 102,
    },
  ])
})

test('a stamp on the whole second ends the group', () => {
  const inputs = queue()
  inputs.offerQuote(quote(0, SECOND_US))
  expect(inputs.offerQuote(quote(0, SECOND_US + 1))).toBe('queued')
})

test('a quote joins no quote of another instrument and none that has left', () => {
  const inputs = queue()
  inputs.offerQuote(quote(0, 1))
  inputs.offerQuote(quote(1, 1))
  inputs.take()
  expect(inputs.offerQuote(quote(0, 2))).toBe('queued')
})

test("a quote overtakes neither its own instrument's trade nor any fill", () => {
  const inputs = queue()
  inputs.offerQuote(quote(0, 1))
  inputs.offerQuote(quote(1, 1))
  inputs.offerMarket(0, { type: 'trade', id: 1 })
  expect(inputs.offerQuote(quote(1, 2))).toBe('conflated')
  expect(inputs.offerQuote(quote(0, 2))).toBe('queued')
  inputs.offerKept({ type: 'fill', id: 1 })
  expect(inputs.offerQuote(quote(1, 3))).toBe('gap')
})

test('market data beyond the bound is a gap, counted; a fill is taken, and beyond its own bound overloads', () => {
  const inputs = queue()
  for (let id = 1; id <= 4; id++) inputs.offerMarket(0, { type: 'trade', id })
  expect(inputs.offerMarket(0, { type: 'trade', id: 5 })).toBe('gap')
  expect(inputs.offerQuote(quote(0, 1))).toBe('gap')
  expect([1, 2, 3].map((id) => inputs.offerKept({ type: 'fill', id }))).toEqual([
    'queued',
    'queued',
    'overloaded',
  ])
  expect([inputs.gap_count, inputs.overloaded_count, inputs.market_size, inputs.kept_size]).toEqual([
    2, 1, 4, 3,
  ])
  expect(drain(inputs).map((input) => ('id' in input ? `${input.type} ${input.id}` : input.type))).toEqual([
    'trade 1',
    'trade 2',
    'trade 3',
    'trade 4',
    'fill 1',
    'fill 2',
    'fill 3',
  ])
  expect([inputs.market_size, inputs.kept_size]).toEqual([0, 0])
})

const offers = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant('quote' as const), instrument: fc.integer({ min: 0, max: 1 }) }),
    fc.record({ op: fc.constant('trade' as const), instrument: fc.integer({ min: 0, max: 1 }) }),
    fc.record({ op: fc.constant('fill' as const), instrument: fc.constant(0) }),
    fc.record({ op: fc.constant('take' as const), instrument: fc.constant(0) }),
  ),
  { maxLength: 100 },
)

test('nothing is lost without being counted, bounds hold, and kept inputs and each instrument stay in order', () => {
  fc.assert(
    fc.property(offers, (list) => {
      const inputs = queue()
      const taken: (ConflatedQuote | Trade | Fill)[] = []
      const seen: { trades: number[]; fills: number[] } = { trades: [], fills: [] }
      let quotes = 0
      list.forEach(({ op, instrument }, i) => {
        if (op === 'quote' && inputs.offerQuote(quote(instrument, i * 100_000, i)) !== 'gap') quotes++
        if (op === 'trade' && inputs.offerMarket(instrument, { type: 'trade', id: i }) === 'queued')
          seen.trades.push(i)
        if (op === 'fill') {
          inputs.offerKept({ type: 'fill', id: i })
          seen.fills.push(i)
        }
        const input = op === 'take' ? inputs.take() : undefined
        if (input !== undefined) taken.push(input)
        expect(inputs.market_size).toBeLessThanOrEqual(4)
      })
      taken.push(...drain(inputs))
      const idsOf = (type: string) =>
        taken.flatMap((input) => ('id' in input && input.type === type ? [input.id] : []))
      expect([idsOf('trade'), idsOf('fill')]).toEqual([seen.trades, seen.fills])
      const taken_quotes = taken.filter((input) => input.type === 'quote') as ConflatedQuote[]
      expect(taken_quotes.reduce((sum, each) => sum + each.conflated_count, 0)).toBe(quotes)
      expect(quotes - taken_quotes.length).toBe(inputs.conflated_count)
      // The bid is the offer's number: a fill is seen before every quote offered after it, and by no quote offered before.
      const orderOf = (input: ConflatedQuote | Trade | Fill) =>
        'id' in input ? input.id : input.bid_price_units
      for (const instrument of [0, 1]) {
        const own = taken.filter(
          (input) =>
            input.type === 'fill' || (input.type === 'quote' && input.instrument_index === instrument),
        )
        expect(own.map(orderOf)).toEqual(own.map(orderOf).toSorted((a, b) => a - b))
      }
    }),
    { numRuns: 1000 },
  )
})
