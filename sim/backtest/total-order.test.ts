import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineStrategy } from '../../actors/strategy/definition.ts'
import { runScenario, scenarioOf, strategyOf } from './proof-session.test-support.ts'
import { plain } from './proof-strategies.test-support.ts'
import { SECOND_US, START_US, type Tape } from './tape.test-support.ts'

/** Quotes at half a second and at each of the first four seconds, one unit higher each time. */
function risingTape(instrument_id: string): Tape {
  const rows = [0.5, 1, 2, 3, 4].map((second, at) => [
    START_US + second * SECOND_US,
    110_000 + at,
    110_010 + at,
    0,
    0,
  ])
  return { series: { instrument_id, kind: 'quote' }, rows }
}

/** What a strategy sees that sends an order to each of two venues at the first second, the second venue's first. */
async function seenWith(submit_us: number, report_us: number): Promise<string[]> {
  const seen: string[] = []
  const note = (now_us: number, what: string) => void seen.push(`${(now_us - START_US) / SECOND_US} ${what}`)
  const watcher = defineStrategy({
    name: 'watcher',
    params: Type.Object({}),
    state: () => ({}),
    onStart: (ctx) => {
      for (const second of [1, 2, 3]) ctx.setTimer(`timer ${second}`, START_US + second * SECOND_US)
    },
    onQuote: (ctx, quote) => {
      note(ctx.now_us, `quote ${quote.instrument_id}`)
      if (quote.instrument_id !== 'AAA.one' || ctx.now_us !== START_US + SECOND_US) return
      for (const instrument of ['AAA.two', 'AAA.one'])
        ctx.submit({ instrument, side: 'buy', quantity_units: 1_000 })
    },
    onOrder: (ctx, fact) => note(ctx.now_us, `${fact.type} ${fact.instrument_id} ${fact.last_price_units}`),
    onTimer: (ctx, id) => note(ctx.now_us, id),
  })
  const tapes = [risingTape('AAA.one'), risingTape('AAA.two')]
  const more = [{ config: strategyOf('watch', ['AAA.one', 'AAA.two']), definition: plain(watcher) }]
  await runScenario(await scenarioOf({ tapes, more, venue: { latency: { submit_us, report_us } } }))
  return seen
}

test('at one moment come data, then reports by venue, then timers; an order meets the book of its arrival', async () => {
  expect(await seenWith(SECOND_US, SECOND_US)).toEqual([
    '0.5 quote AAA.one',
    '0.5 quote AAA.two',
    '1 quote AAA.one',
    '1 order.pending_new AAA.two 0',
    '1 order.pending_new AAA.one 0',
    '1 quote AAA.two',
    '1 timer 1',
    '2 quote AAA.one',
    '2 quote AAA.two',
    '2 timer 2',
    '3 quote AAA.one',
    '3 quote AAA.two',
    '3 order.accepted AAA.one 0',
    '3 order.filled AAA.one 110012',
    '3 order.accepted AAA.two 0',
    '3 order.filled AAA.two 110012',
    '3 timer 3',
    '4 quote AAA.one',
    '4 quote AAA.two',
  ])
})

test('without latency an order is answered before the next row, by the book of the rows sequenced so far', async () => {
  expect(await seenWith(0, 0)).toEqual([
    '0.5 quote AAA.one',
    '0.5 quote AAA.two',
    '1 quote AAA.one',
    '1 order.pending_new AAA.two 0',
    '1 order.pending_new AAA.one 0',
    '1 order.accepted AAA.two 0',
    '1 order.filled AAA.two 110010',
    '1 order.accepted AAA.one 0',
    '1 order.filled AAA.one 110011',
    '1 quote AAA.two',
    '1 timer 1',
    '2 quote AAA.one',
    '2 quote AAA.two',
    '2 timer 2',
    '3 quote AAA.one',
    '3 quote AAA.two',
    '3 timer 3',
    '4 quote AAA.one',
    '4 quote AAA.two',
  ])
})
