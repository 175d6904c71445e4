import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { NewOrderSingle, Side } from '../../schemas/messages/order.ts'
import { MONEY_SCALE } from '../../schemas/money.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import {
  EURUSD,
  strategy,
  TestNode,
  testAccount,
  testInstrument,
  testStrategy,
} from '../trading-node.test-support.ts'

const Exact = Decimal.clone({ precision: 80 })
const MONEY = new Exact(10).pow(MONEY_SCALE)
const BALANCE = new Exact(100_000)
const GBPJPY = 'GBPJPY.sim'
const instruments = [
  testInstrument(EURUSD, 0),
  testInstrument(GBPJPY, 1, {
    price_scale: 3,
    increments: [{ price_increment: '0.001' }],
    quote_currency: 'JPY',
  }),
]
const SCALES: readonly number[] = [5, 3]
/** In dollars `main` has a rate for yen; `euro` has rates for both. */
const RATES: Record<string, readonly string[]> = { main: ['1', '0.0067'], euro: ['0.93', '0.0061'] }
const ACCOUNT_OF: Record<string, string> = { a: 'main', b: 'main', c: 'euro' }

function config(base: Config): Config {
  const unlimited = { order_notional_max: '999999999', position_quantity_max: '999999999' }
  return {
    ...base,
    accounts: [
      { ...testAccount('main', ['sim'], unlimited), conversion_rates: { JPY: '0.0067' } },
      {
        ...testAccount('euro', ['sim'], unlimited),
        currency: 'EUR',
        conversion_rates: { JPY: '0.0061', USD: '0.93' },
      },
    ],
    strategies: Object.entries(ACCOUNT_OF).map(([id, account]) =>
      testStrategy(id, account, [EURUSD, GBPJPY]),
    ),
  }
}

/** A desk per strategy, and a ledger of its own: every execution that still stands. */
class Books {
  readonly node: TestNode
  readonly #todo = new Map<string, { instrument: string; side: Side; quantity_units: number }[]>()
  readonly live: Trade[] = []

  constructor() {
    const desk = (id: string) =>
      strategy({
        onQuote: (ctx) => {
          for (const order of this.#todo.get(id)?.splice(0) ?? []) ctx.submit(order)
        },
      })
    this.node = new TestNode({
      config,
      instruments,
      strategies: { a: desk('a'), b: desk('b'), c: desk('c') },
    })
    this.node.start()
  }

  trade(deal: Deal): void {
    const { id, instrument, side, quantity, price, fee } = deal
    this.#todo.set(id, [{ instrument: instrument === 0 ? EURUSD : GBPJPY, side, quantity_units: quantity }])
    this.node.quote(EURUSD, 100_000, 100_010, this.node.now_us + 1_000_000)
    const order = this.node.lastOrder()
    this.node.accept(order)
    const commission = BigInt(fee)
    const execution_id = this.node.fill(order, price, quantity, { commission })
    this.live.push({ ...deal, order, execution_id })
  }

  bust(pick: number): void {
    const trade = this.live[pick % Math.max(1, this.live.length)]
    if (trade === undefined) return
    this.live.splice(this.live.indexOf(trade), 1)
    this.node.report('trade_cancel', trade.order, { execution_reference_id: trade.execution_id })
  }

  correct(pick: number, quantity: number, price: number, fee: number): void {
    const trade = this.live[pick % Math.max(1, this.live.length)]
    if (trade === undefined) return
    const execution_id = `${trade.execution_id}-corrected`
    this.node.report('trade_correct', trade.order, {
      execution_reference_id: trade.execution_id,
      execution_id,
      last_price_units: priceUnits(price),
      last_quantity_units: sizeUnits(quantity),
      commission: BigInt(fee),
    })
    this.live[this.live.indexOf(trade)] = { ...trade, quantity, price, fee, execution_id }
  }

  portfolio(account: string) {
    return must(this.node.trading.portfolios.get(account), 'the account is there')
  }
}

type Deal = {
  readonly id: string
  readonly instrument: number
  readonly side: Side
  readonly quantity: number
  readonly price: number
  /** In 10^-MONEY_SCALE dollars. */
  readonly fee: number
}
type Trade = Deal & { readonly order: NewOrderSingle; readonly execution_id: string }

const price = fc.integer({ min: 90_000, max: 110_000 })
const quantity = fc.integer({ min: 1, max: 100_000 })
const fee = fc.integer({ min: -1_000, max: 100_000_000 })
const anyDeed = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      id: fc.constantFrom('a', 'b', 'c'),
      instrument: fc.nat(1),
      side: fc.constantFrom<Side>('buy', 'sell'),
      quantity,
      price,
      fee,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('bust' as const), pick: fc.nat(1_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('correct' as const),
      pick: fc.nat(1_000),
      quantity,
      price,
      fee,
    }),
  },
)

function signed({ side, quantity: units }: Deal): number {
  return side === 'buy' ? units : -units
}

/** Equity from first principles: the money paid and received, and what is held at the price that would close it. */
function equityOf(books: Books, account: string): Decimal {
  const { bid_price_units, ask_price_units } = books.node.trading.table
  let equity = BALANCE
  for (const trade of books.live) {
    if (ACCOUNT_OF[trade.id] !== account) continue
    const rates = must(RATES[account], 'an account has rates')
    const paid = new Exact(signed(trade))
      .mul(trade.price)
      .div(new Exact(10).pow(SCALES[trade.instrument] ?? 0))
    equity = equity.minus(paid.mul(rates[trade.instrument] ?? 0))
    equity = equity.minus(new Exact(trade.fee).div(MONEY).mul(rates[0] ?? 0))
  }
  for (const instrument of [0, 1]) {
    const held = books.live
      .filter((trade) => trade.instrument === instrument && ACCOUNT_OF[trade.id] === account)
      .reduce((sum, trade) => sum + signed(trade), 0)
    const mark = (held > 0 ? bid_price_units : ask_price_units)[instrument] as number
    const value = new Exact(held).mul(mark).div(new Exact(10).pow(SCALES[instrument] ?? 0))
    equity = equity.plus(value.mul(RATES[account]?.[instrument] ?? 0))
  }
  return equity
}

test('[P1] positions, cash and equity are those of an independent decimal ledger, busts and corrections included, to half a unit of money per conversion', () => {
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 40, size: 'max' }), (deeds) => {
      const books = new Books()
      for (const deed of deeds) {
        if (deed.kind === 'trade') books.trade(deed)
        else if (deed.kind === 'bust') books.bust(deed.pick)
        else books.correct(deed.pick, deed.quantity, deed.price, deed.fee)
      }
      for (const account of ['main', 'euro']) {
        const marks = books.portfolio(account).marks()
        const difference = new Exact(String(marks.equity)).minus(equityOf(books, account).mul(MONEY)).abs()
        expect(difference.toNumber()).toBeLessThanOrEqual(0.5 * (deeds.length + 4))
        // [P2] In bigints, exactly.
        const start = BigInt(BALANCE.mul(MONEY).toFixed())
        expect(marks.equity - start).toBe(marks.realized + marks.unrealized - marks.fees)
        expect(marks.equity).toBe(marks.cash + marks.unrealized)
      }
      for (const instrument of [0, 1]) expectBooks(books, instrument)
    }),
    { numRuns: 100 },
  )
})

/** [P3] A strategy's book holds its own executions; the books of an account add up to it. */
function expectBooks(books: Books, instrument: number): void {
  const held = (ids: string[]) =>
    books.live
      .filter((trade) => trade.instrument === instrument && ids.includes(trade.id))
      .reduce((sum, trade) => sum + signed(trade), 0)
  const main = books.portfolio('main')
  expect(['a', 'b'].map((id) => main.bookQuantity(id, instrument))).toEqual([held(['a']), held(['b'])])
  expect(main.quantity(instrument)).toBe(held(['a', 'b']))
  expect(books.portfolio('euro').quantity(instrument)).toBe(held(['c']))
}

test('[P4] in the account’s own currency a round trip earns the difference of its prices, less its fees, to the last digit', () => {
  const books = new Books()
  const deal = { id: 'a', instrument: 0, quantity: 30_000 } as const
  books.trade({ ...deal, side: 'buy', price: 100_010, fee: 1 })
  books.trade({ ...deal, side: 'sell', price: 100_110, fee: 2 })
  const { realized, fees, unrealized, cash } = books.portfolio('main').marks()
  expect({ realized, fees, unrealized, cash }).toEqual({
    realized: 30_00000000n,
    fees: 3n,
    unrealized: 0n,
    cash: 100_030_00000000n - 3n,
  })
  expect(books.portfolio('main').positions_closed).toBe(1)
})

test('[P4] a flip closes one position and opens another, and statistics hear of both', () => {
  const books = new Books()
  const seen: unknown[] = []
  books
    .portfolio('main')
    .observeFills((fill) => seen.push([fill.closed_units, fill.opened_units, fill.position_closed]))
  const deal = { id: 'a', instrument: 0, price: 100_000, fee: 0 } as const
  books.trade({ ...deal, side: 'buy', quantity: 10 })
  books.trade({ ...deal, side: 'sell', quantity: 25 })
  expect(seen).toEqual([
    [0, 10, false],
    [10, 15, true],
  ])
  expect([books.portfolio('main').positions_closed, books.portfolio('main').quantity(0)]).toEqual([1, -15])
})

test('[P5] a fact that books nothing changes nothing, and an execution that comes twice is booked once', () => {
  const books = new Books()
  books.trade({ id: 'a', instrument: 0, side: 'buy', quantity: 10, price: 100_000, fee: 5 })
  const before = books.portfolio('main').marks()
  const { order, execution_id } = must(books.live[0], 'a trade')
  books.node.report('trade', order, {
    execution_id,
    last_price_units: priceUnits(100_000),
    last_quantity_units: sizeUnits(10),
    cum_quantity_units: sizeUnits(10),
    commission: 5n,
  })
  books.node.report('pending_cancel', order)
  expect(books.portfolio('main').marks()).toEqual(before)
  expect(books.portfolio('main').fill_count).toBe(1)
})

test('[P6] every movement of cash is a ledger entry with the balance after it', () => {
  const books = new Books()
  books.trade({ id: 'b', instrument: 0, side: 'buy', quantity: 100, price: 100_000, fee: 7 })
  books.trade({ id: 'b', instrument: 0, side: 'sell', quantity: 100, price: 100_001, fee: 7 })
  const entries = books.node.ledger.filter(({ account_id }) => account_id === 'main')
  expect(entries.map(({ kind, strategy_id, amount }) => [kind, strategy_id, amount])).toEqual([
    ['deposit', '', 100_000_00000000n],
    ['commission', 'b', -7n],
    ['trade_pnl', 'b', 100_000n],
    ['commission', 'b', -7n],
  ])
  let balance = 0n
  for (const entry of entries) {
    balance += entry.amount
    expect(entry.balance).toBe(balance)
  }
})

test('[P7] books, ledger and what was converted so far are the same after a save and a load', () => {
  const books = new Books()
  for (let i = 0; i < 6; i++) {
    books.trade({
      id: 'c',
      instrument: 1,
      side: i % 2 === 0 ? 'buy' : 'sell',
      quantity: 7 + i,
      price: 100_000 + i,
      fee: 3,
    })
  }
  const copy = books.node.reloaded()
  expect(copy.stateHash()).toBe(books.node.stateHash())
  expect(copy.trading.portfolios.get('euro')?.marks()).toEqual(books.portfolio('euro').marks())
})
