import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import type { VenueReport } from '../../schemas/messages/order.ts'
import { randomLines, randomLinesWithTrades } from './judges/random-lines.test-support.ts'
import { Scenario, terms, venue } from './scenario.test-support.ts'
import type { SimulatedVenuesTerms } from './simulated-venues.ts'

const DEFAULT_SIZE = 9
const instant = terms({ venues: [venue({ displayed_quantity_default: `${DEFAULT_SIZE}` })] })

const CHOICES: readonly [name: string, simulation: SimulationConfig][] = [
  ['nobody in front', {}],
  ['what is taken gone until the level changes', { taken_until: 'level_changes' }],
  ['a conservative queue', { queue: { model: 'conservative' } }],
  [
    'a queue by position',
    { queue: { model: 'by_position', weight: 'square' }, taken_until: 'level_changes' },
  ],
]

function choosing(simulation: SimulationConfig, latency = { submit_us: 0, report_us: 0 }) {
  return terms({ venues: [venue({ latency, displayed_quantity_default: `${DEFAULT_SIZE}`, simulation })] })
}

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
  from: SimulatedVenuesTerms = instant,
): Scenario {
  const scenario = new Scenario(from)
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

function isTrade(line: string): boolean {
  return line.split(' ')[1] === 'trade'
}

function isRow(line: string): boolean {
  return isQuote(line) || isTrade(line)
}

/** The size of a trade line, the default where it has none. */
function tradedBy(line: string): number {
  return Number(line.split(' ')[3]) || DEFAULT_SIZE
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

test.each(CHOICES)(
  'no resting order trades while one with a better price, or an equal one that came first, waits: %s',
  (_name, simulation) => {
    fc.assert(
      fc.property(randomLinesWithTrades(), (lines) => {
        const orders = new Map<string, Told>()
        let arrivals = 0
        const check = (line: string, reports: readonly VenueReport[]) => {
          for (const report of reports) {
            if (report.report_type === 'trade' && isRow(line)) expect(ahead(orders, report)).toEqual([])
            tell(orders, report, arrivals++)
          }
        }
        follow(lines, check, choosing(simulation))
      }),
    )
  },
)

test.each(CHOICES)(
  'what all orders together have of a side is no more than was shown there, and traded, since it was shown: %s',
  (_name, simulation) => {
    fc.assert(
      fc.property(randomLinesWithTrades(), (lines) => {
        let shown = { bid: 0, ask: 0, buy: 0, sell: 0 }
        let last = ''
        const check = (line: string, reports: readonly VenueReport[]) => {
          if (isQuote(line)) {
            const next = shownBy(line)
            const before = last === '' ? undefined : shownBy(last)
            const keeps = simulation.taken_until === 'level_changes'
            // What was taken of a side stays taken while the side is shown as it was.
            if (!keeps || before?.ask !== next.ask || before.buy !== next.buy) shown.buy = next.buy
            if (!keeps || before?.bid !== next.bid || before.sell !== next.sell) shown.sell = next.sell
            shown = { ...shown, bid: next.bid, ask: next.ask }
            last = line
          }
          const trades = reports.filter(({ report_type }) => report_type === 'trade')
          if (isTrade(line)) {
            let traded = tradedBy(line)
            for (const { side, price_units, last_quantity_units } of trades) {
              // A quote that is locked reaches an order as soon as the trade has left nobody in front of it.
              const isReached = side === 'buy' ? shown.ask <= price_units : shown.bid >= price_units
              const ofQuote = isReached ? Math.max(0, last_quantity_units - traded) : 0
              traded -= last_quantity_units - ofQuote
              shown[side] -= ofQuote
              expect(traded).toBeGreaterThanOrEqual(0)
              expect(shown[side]).toBeGreaterThanOrEqual(0)
            }
            return
          }
          for (const report of trades) {
            const worse = report.side === 'buy' ? shown.ask + 1 : shown.bid - 1
            if (report.price_units === 0 && report.last_price_units === worse) continue
            shown[report.side] -= report.last_quantity_units
            expect(shown[report.side]).toBeGreaterThanOrEqual(0)
          }
        }
        // A trade before the first quote would show what the lines do not say.
        follow(['1 quote 100/101 5x5', ...lines], check, choosing(simulation))
      }),
      { examples: [[['1 o1 buy 2 limit 97 day', '1 quote 97/97 1x0', '1 trade 97 1']]] },
    )
  },
)

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

test.each(CHOICES)(
  'orders handed over all at once, or one by one between the ticks, fill alike: %s',
  (_name, simulation) => {
    const from = choosing(simulation, { submit_us: 2, report_us: 1 })
    fc.assert(
      fc.property(randomLinesWithTrades(), (lines) => {
        const oneByOne = new Scenario(from).play(...lines)
        const atOnce = new Scenario(from)
        for (const line of lines.filter((each) => !isRow(each))) atOnce.hand(line)
        atOnce.drainInstants()
        expect(atOnce.play(...lines.filter(isRow))).toEqual(oneByOne)
      }),
    )
  },
)

const PRESSED: SimulationConfig = {
  impact: { model: 'square_root', increments: '1', quantity: '10', half_life_us: 5, permanent_share: '0.2' },
  self_match: 'allowed',
  queue: { model: 'conservative' },
}

const SNAPSHOTS = [...CHOICES, ['an impact and trades of an account with itself', PRESSED] as const].flatMap(
  ([name, simulation]) => [
    [`without latency, ${name}`, choosing(simulation)] as const,
    [`with latency, ${name}`, choosing(simulation, { submit_us: 2, report_us: 1 })] as const,
  ],
)

test.each(SNAPSHOTS)(
  'running on from a snapshot at any point gives the same reports and the same state, %s',
  (_name, from) => {
    fc.assert(
      fc.property(randomLinesWithTrades(), fc.nat(60), (lines, cut) => {
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
  },
)

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
