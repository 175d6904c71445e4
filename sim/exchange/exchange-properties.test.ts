import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'
import { randomLines } from './random-lines.test-support.ts'
import { Scenario, terms, venue } from './scenario.test-support.ts'

const DEFAULT_SIZE = 9
const instant = terms({ venues: [venue({ displayed_quantity_default: `${DEFAULT_SIZE}` })] })
const delayed = terms({
  venues: [venue({ latency: { submit_us: 2, report_us: 1 }, displayed_quantity_default: `${DEFAULT_SIZE}` })],
})

/** An order as its reports tell it. */
type Told = {
  id: string
  side: string
  price: number
  quantity: number
  cum: number
  since: number
  resting: boolean
}

function reportsOf(scenario: Scenario, from: number): VenueReport[] {
  return scenario.deliveries
    .slice(from)
    .flatMap(({ message }) => (message.type === 'venue_report' ? [message] : []))
}

/** Plays lines without latency and hands each line with the reports it caused to `check`. */
function follow(
  lines: readonly string[],
  check: (line: string, reports: readonly VenueReport[]) => void,
): Scenario {
  const scenario = new Scenario(instant)
  for (const line of lines) {
    const from = scenario.deliveries.length
    scenario.step(line)
    check(line, reportsOf(scenario, from))
  }
  return scenario
}

function isQuote(line: string): boolean {
  return line.split(' ')[1] === 'quote'
}

/** Displayed sizes and prices of a quote line, zero sizes replaced by the default. */
function shownBy(line: string) {
  const [, , prices = '', sizes = ''] = line.split(' ')
  const [bid = 0, ask = 0] = prices.split('/').map(Number)
  const [bidSize = 0, askSize = 0] = sizes.split('x').map(Number)
  return { bid, ask, sell: bidSize || DEFAULT_SIZE, buy: askSize || DEFAULT_SIZE }
}

test('no order fills beyond its quantity, and cum and leaves add up', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      const cums = new Map<string, number>()
      follow(lines, (_line, reports) => {
        for (const report of reports.filter(({ report_type }) => report_type === 'trade')) {
          const before = cums.get(report.venue_order_id) ?? 0
          cums.set(report.venue_order_id, before + report.last_quantity_units)
          expect(report.cum_quantity_units).toBe(before + report.last_quantity_units)
          expect(report.leaves_quantity_units).toBe(report.order_quantity_units - report.cum_quantity_units)
          expect(report.leaves_quantity_units).toBeGreaterThanOrEqual(0)
        }
      })
    }),
  )
})

test("a trade is a taker's when an order brings it, and a maker's when a quote does", () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      follow(lines, (line, reports) => {
        const expected = isQuote(line) ? 'maker' : 'taker'
        for (const { report_type, liquidity_side } of reports)
          expect(liquidity_side).toBe(report_type === 'trade' ? expected : '')
      })
    }),
  )
})

test('between two quotes no more than the displayed size fills, but for the residuals of market orders', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      let shown = { bid: 0, ask: 0, buy: 0, sell: 0 }
      follow(lines, (line, reports) => {
        if (isQuote(line)) shown = shownBy(line)
        for (const report of reports.filter(({ report_type }) => report_type === 'trade')) {
          const worse = report.side === 'buy' ? shown.ask + 1 : shown.bid - 1
          const isMarket = report.price_units === 0
          if (isMarket && report.last_price_units === worse) continue
          shown[report.side] -= report.last_quantity_units
          expect(shown[report.side]).toBeGreaterThanOrEqual(0)
          if (isMarket) expect(report.last_price_units).toBe(report.side === 'buy' ? shown.ask : shown.bid)
        }
      })
    }),
  )
})

test('a limit order never trades at a price worse than its own', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      follow(lines, (_line, reports) => {
        for (const report of reports.filter((one) => one.report_type === 'trade' && one.price_units > 0)) {
          const gain = report.price_units - report.last_price_units
          expect(report.side === 'buy' ? gain : -gain).toBeGreaterThanOrEqual(0)
        }
      })
    }),
  )
})

test('a quote fills resting buys only where its ask reaches them, and resting sells only where its bid does', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      follow(lines, (line, reports) => {
        if (!isQuote(line)) return
        const { bid, ask } = shownBy(line)
        for (const { side, price_units, last_price_units } of reports) {
          expect(last_price_units).toBe(price_units)
          expect(side === 'buy' ? ask <= price_units : bid >= price_units).toBe(true)
        }
      })
    }),
  )
})

test('immediate-or-cancel and fill-or-kill leave nothing, and fill-or-kill fills whole or not at all', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      const scenario = follow(lines, (line, reports) => {
        const last = reports.at(-1)
        if (last === undefined || !/ (ioc|fok)$/.test(line)) return
        expect(['rejected', 'canceled', 'trade']).toContain(last.report_type)
        expect(last.leaves_quantity_units).toBe(0)
        if (line.endsWith('fok') && last.report_type === 'canceled') expect(last.cum_quantity_units).toBe(0)
      })
      const impatient = lines.filter((line) => / (ioc|fok)$/.test(line)).map((line) => line.split(' ')[1])
      const open = scenario.venues.books().open_orders.map((order) => order.client_order_id)
      expect(open.filter((id) => impatient.includes(id))).toEqual([])
    }),
  )
})

test('no resting order trades while one with a better price, or an equal one that came first, waits', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      const orders = new Map<string, Told>()
      let arrivals = 0
      follow(lines, (line, reports) => {
        for (const report of reports) {
          if (report.report_type === 'trade' && isQuote(line)) expect(ahead(orders, report)).toEqual([])
          tell(orders, report, arrivals++)
        }
      })
    }),
  )
})

/** Orders that should have traded before the one of this report. */
function ahead(orders: ReadonlyMap<string, Told>, report: VenueReport): Told[] {
  const own = must(orders.get(report.venue_order_id), 'an order is accepted before it trades')
  const sign = report.side === 'buy' ? 1 : -1
  return [...orders.values()].filter(
    (other) =>
      other.side === own.side &&
      other.resting &&
      (sign * other.price > sign * own.price || (other.price === own.price && other.since < own.since)),
  )
}

/** Brings what is told of an order up to date. */
function tell(orders: Map<string, Told>, report: VenueReport, arrival: number): void {
  const id = report.venue_order_id
  const before = orders.get(id)
  if (report.report_type === 'new' || report.report_type === 'replaced') {
    const { side, price_units: price, order_quantity_units: quantity, cum_quantity_units: cum } = report
    const keeps = before !== undefined && before.price === price && quantity <= before.quantity
    orders.set(id, { id, side, price, quantity, cum, since: keeps ? before.since : arrival, resting: true })
  } else if (before !== undefined) {
    before.resting = report.leaves_quantity_units > 0
  }
}

test('orders handed over all at once, or one by one between the ticks, fill alike', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      const oneByOne = new Scenario(delayed).play(...lines)
      const atOnce = new Scenario(delayed)
      for (const line of lines.filter((each) => !isQuote(each))) atOnce.hand(line)
      atOnce.drainInstants()
      expect(atOnce.play(...lines.filter(isQuote))).toEqual(oneByOne)
    }),
  )
})

test.each([
  ['without latency', instant],
  ['with latency', delayed],
])('running on from a snapshot at any point gives the same reports and the same state, %s', (_name, from) => {
  fc.assert(
    fc.property(randomLines(), fc.nat(60), (lines, cut) => {
      const whole = new Scenario(from)
      const first = new Scenario(from)
      for (const line of lines.slice(0, cut)) first.step(line)
      const second = new Scenario(from)
      const reader = new CanonicalReader(bytesOf(first))
      second.venues.load(reader)
      reader.end()
      second.play(...lines.slice(cut))
      whole.play(...lines)
      expect([...first.deliveries, ...second.deliveries]).toEqual(whole.deliveries)
      expect(bytesOf(second)).toEqual(bytesOf(whole))
      expect(second.venues.books()).toEqual(whole.venues.books())
    }),
  )
})

function bytesOf(scenario: Scenario): Uint8Array {
  const writer = new CanonicalWriter()
  scenario.venues.save(writer)
  return writer.copy()
}

test('execution ids are unique', () => {
  fc.assert(
    fc.property(randomLines(), (lines) => {
      const ids = reportsOf(
        follow(lines, () => {}),
        0,
      )
        .map((report) => report.execution_id)
        .filter((id) => id !== '')
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
})
