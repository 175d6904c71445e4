import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { VenueReport } from '../../../schemas/messages/order.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'

const price = fc.integer({ min: 94, max: 106 })
const quantity = fc.integer({ min: 1, max: 12 })
const lasting = fc.constantFrom('gtc', 'day')
const any = fc.constantFrom('gtc', 'day', 'ioc', 'fok')
const by = fc.constantFrom('', ' by=mid', ' by=last')
const reduces = fc.constantFrom('', '', ' reduce')

const kind = fc.oneof(
  fc.constantFrom('market ioc', 'market fok', 'market day'),
  fc.tuple(price, any).map(([at, time]) => `limit ${at} ${time}`),
  fc.tuple(price, lasting).map(([at, time]) => `limit ${at} ${time} show=1`),
  fc.tuple(price, lasting).map(([at, time]) => `limit ${at} ${time} post`),
  fc.tuple(price, fc.integer({ min: 1, max: 90 })).map(([at, until]) => `limit ${at} gtd until=${until}`),
  fc.tuple(price, lasting, by).map(([at, time, watches]) => `stop ${at} ${time}${watches}`),
  fc.tuple(price, price, any).map(([at, limit, time]) => `stop_limit ${at} ${limit} ${time}`),
  fc.tuple(price, lasting).map(([at, time]) => `market_if_touched ${at} ${time}`),
  fc.tuple(price, price, any).map(([at, limit, time]) => `limit_if_touched ${at} ${limit} ${time}`),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), lasting, by)
    .map(([by, time, watches]) => `trailing_stop ${by} ${time}${watches}`),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), lasting)
    .map(([by, time]) => `trailing_stop_limit ${by} ${time} limit=1`),
  any.map((time) => `market_to_limit ${time}`),
)

const row = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(price, fc.nat(3), fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 15 }))
      .map(([bid, spread, bids, asks]) => `quote ${bid}/${bid + spread} ${bids}x${asks}`),
  },
  { weight: 1, arbitrary: price.map((at) => `trade ${at}`) },
)
const order = fc
  .tuple(fc.constantFrom('buy', 'sell'), quantity, kind, reduces)
  .map(([side, units, what, reduce]) => `${side} ${units} ${what}${reduce}`)
const request = fc.tuple(
  fc.integer({ min: 1, max: 6 }),
  fc.constantFrom('cancel', 'replace'),
  quantity,
  price,
  price,
)

/** One line a microsecond; the first is a quote, so that there is a market. */
const lines = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: row },
      { weight: 3, arbitrary: order },
      { weight: 1, arbitrary: request },
    ),
    { minLength: 1, maxLength: 70 },
  )
  .map((steps) => {
    let orders = 0
    const written = steps.map((step, at) => {
      if (typeof step !== 'string') {
        const [of, what, units, limit, trigger] = step
        const change = what === 'cancel' ? '' : ` ${units} ${limit} ${trigger}`
        return `${at + 2} o${++orders} ${what} o${Math.max(1, orders - of)}${change}`
      }
      return /^(quote|trade)/.test(step) ? `${at + 2} ${step}` : `${at + 2} o${++orders} ${step}`
    })
    return ['1 quote 100/101 10x10', ...written]
  })

function reportsOf(scenario: Scenario, from = 0): VenueReport[] {
  return scenario.deliveries
    .slice(from)
    .flatMap(({ message }) => (message.type === 'venue_report' ? [message] : []))
}

/** By the id an order came under, what its line says. */
function asked(all: readonly string[]): Map<string, string[]> {
  return new Map(
    all.flatMap((line) => {
      const words = line.split(' ')
      return words[1]?.startsWith('o') ? [[words[1], words.slice(2)] as [string, string[]]] : []
    }),
  )
}

test('of no type more is filled than is ordered, and what an iceberg does not show waits', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const scenario = new Scenario()
      scenario.play(...all)
      const cum = new Map<string, number>()
      for (const report of reportsOf(scenario)) {
        if (report.report_type !== 'trade') continue
        const before = cum.get(report.venue_order_id) ?? 0
        cum.set(report.venue_order_id, before + report.last_quantity_units)
        expect(report.cum_quantity_units).toBe(before + report.last_quantity_units)
        expect(report.cum_quantity_units).toBeLessThanOrEqual(report.order_quantity_units)
        const words = asked(all).get(report.client_order_id) ?? []
        if (words.includes('show=1') && report.liquidity_side === 'maker')
          expect(report.last_quantity_units).toBe(1)
      }
    }),
  )
})

test('a limit, whoever made it, is never overstepped', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const scenario = new Scenario()
      scenario.play(...all)
      for (const report of reportsOf(scenario)) {
        const [side, , type] = asked(all).get(report.client_order_id) ?? []
        const hasLimit = ['limit', 'stop_limit', 'limit_if_touched', 'trailing_stop_limit'].includes(
          type ?? '',
        )
        if (report.report_type !== 'trade' || !hasLimit) continue
        const gain = report.price_units - report.last_price_units
        expect(side === 'buy' ? gain : -gain).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('an order whose type waits never trades before it is triggered, and is triggered once', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const scenario = new Scenario()
      scenario.play(...all)
      const triggered = new Set<string>()
      const waits = new Set<string>()
      for (const report of reportsOf(scenario)) {
        const id = report.venue_order_id
        const type = asked(all).get(report.client_order_id)?.[2] ?? ''
        if (report.report_type === 'new' && /stop|touched/.test(type)) waits.add(id)
        if (report.report_type === 'triggered') {
          expect(waits.has(id) && !triggered.has(id)).toBe(true)
          triggered.add(id)
        }
        if (report.report_type === 'trade') expect(!waits.has(id) || triggered.has(id)).toBe(true)
      }
    }),
  )
})

test('immediate-or-cancel and fill-or-kill leave nothing once they meet the book, and fill-or-kill fills whole or not', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const scenario = new Scenario()
      scenario.play(...all)
      const open = new Set(scenario.venues.books().open_orders.map(({ client_order_id }) => client_order_id))
      const waiting = new Set(
        scenario.venues
          .exchange('sim')
          .openOrders()
          .filter(({ is_waiting }) => is_waiting)
          .map(({ client_order_id }) => client_order_id as string),
      )
      for (const [id, words] of asked(all)) {
        if (words.includes('ioc') || words.includes('fok'))
          expect(open.has(id) && !waiting.has(id)).toBe(false)
      }
      for (const report of reportsOf(scenario)) {
        const words = asked(all).get(report.client_order_id) ?? []
        const isEnd = report.report_type === 'canceled' && report.original_client_order_id === ''
        if (isEnd && words.includes('fok')) expect(report.cum_quantity_units).toBe(0)
      }
    }),
  )
})

test('an order that only reduces never turns a position over', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const scenario = new Scenario()
      let held = 0
      scenario.play(...all)
      for (const report of reportsOf(scenario)) {
        if (report.report_type !== 'trade') continue
        const signed = report.side === 'buy' ? report.last_quantity_units : -report.last_quantity_units
        const first = asked(all).get(report.client_order_id) ?? []
        if (first.includes('reduce')) {
          expect(Math.sign(held)).toBe(-Math.sign(signed))
          expect(Math.abs(signed)).toBeLessThanOrEqual(Math.abs(held))
        }
        held += signed
      }
    }),
  )
})

test('among resting orders of a price the one that came to it first trades first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('buy', 'sell'), quantity), { minLength: 2, maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      (orders, shown) => {
        const scenario = new Scenario()
        const placed = orders.map(
          ([side, units], at) => `${at + 2} o${at} ${side} ${units} limit ${side === 'buy' ? 98 : 103} gtc`,
        )
        scenario.play(
          '1 quote 100/101 10x10',
          ...placed,
          `90 quote 97/98 ${shown}x${shown}`,
          `91 quote 103/104 ${shown}x${shown}`,
        )
        const trades = reportsOf(scenario).filter(({ report_type }) => report_type === 'trade')
        for (const side of ['buy', 'sell']) {
          const ids = trades
            .filter((report) => report.side === side)
            .map(({ client_order_id }) => Number(client_order_id.slice(1)))
          expect(ids).toEqual(ids.toSorted((a, b) => a - b))
          const partial = trades.filter((report) => report.side === side && report.leaves_quantity_units > 0)
          expect(partial.length).toBeLessThanOrEqual(1)
        }
      },
    ),
  )
})

test('running on from a snapshot at any point gives the same reports and the same state, with every order type', () => {
  const delayed = terms({
    venues: [
      venue({
        latency: { submit_us: 2, report_us: 1 },
        simulation: { fills: { model: 'probabilistic', slip_probability: '0.3', touch_probability: '0.2' } },
      }),
    ],
  })
  const saved = (scenario: Scenario) => {
    const writer = new CanonicalWriter()
    scenario.venues.save(writer)
    return writer.copy()
  }
  fc.assert(
    fc.property(lines, fc.nat(70), (all, cut) => {
      const whole = new Scenario(delayed)
      whole.play(...all)
      const first = new Scenario(delayed)
      for (const line of all.slice(0, cut)) first.step(line)
      const second = new Scenario(delayed)
      second.venues.load(new CanonicalReader(saved(first)))
      second.play(...all.slice(cut))
      expect([...first.reports(), ...second.reports()]).toEqual(whole.reports())
      expect(saved(second)).toEqual(saved(whole))
    }),
  )
})
