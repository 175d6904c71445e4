import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AccountId, StrategyId } from '../../schemas/ids.ts'
import type { Side } from '../../schemas/messages/order.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { fxSpec } from '../instrument.test-support.ts'
import { commissionOfFill, compileCommission } from '../money/commission.ts'
import { ConversionTable } from '../money/conversion-table.ts'
import { Position } from '../position/position.ts'
import { LEDGER_ENTRY_KINDS, Ledger, type LedgerEntry, type LedgerPosting } from './ledger.ts'

const ACCOUNT = 'acc1' as AccountId
const Wide = Decimal.clone({ precision: 100 })

function posting(fields: Partial<LedgerPosting>): LedgerPosting {
  return {
    kind: 'deposit',
    strategy_id: '',
    currency: 'USD',
    amount: 0n,
    reference: '',
    ts_us: timeUs(1),
    ...fields,
  }
}

test('an entry carries its number and the balance it left, and is handed on once', () => {
  const entries: LedgerEntry[] = []
  const ledger = new Ledger(ACCOUNT, (entry) => entries.push(entry))
  ledger.post(posting({ amount: 100n }))
  ledger.post(posting({ kind: 'commission', amount: -3n, strategy_id: 'ema' as StrategyId, reference: 'x7' }))
  expect(entries).toEqual([
    {
      account_id: 'acc1',
      entry_number: 1,
      kind: 'deposit',
      strategy_id: '',
      currency: 'USD',
      amount: 100n,
      reference: '',
      ts_us: 1,
      balance: 100n,
    },
    {
      account_id: 'acc1',
      entry_number: 2,
      kind: 'commission',
      strategy_id: 'ema',
      currency: 'USD',
      amount: -3n,
      reference: 'x7',
      ts_us: 1,
      balance: 97n,
    },
  ])
})

const postings = fc.array(
  fc.record({
    kind: fc.constantFrom(...LEDGER_ENTRY_KINDS),
    currency: fc.constantFrom('USD', 'EUR', 'JPY'),
    amount: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
  }),
)

test('each balance is the sum of its entries by decimal.js, and survives its bytes', () => {
  fc.assert(
    fc.property(postings, (list) => {
      const ledger = new Ledger(ACCOUNT, () => undefined)
      const oracle = new Map<string, Decimal>()
      for (const each of list) {
        ledger.post(posting(each))
        const before = oracle.get(each.currency) ?? new Wide(0)
        oracle.set(each.currency, before.add(each.amount.toString()))
      }
      const writer = new CanonicalWriter()
      ledger.save(writer)
      const copy = new Ledger(ACCOUNT, () => undefined)
      const reader = new CanonicalReader(writer.copy())
      copy.load(reader)
      reader.end()
      for (const each of [ledger, copy]) {
        expect(each.entry_count).toBe(list.length)
        expect(each.currencies()).toEqual([...oracle.keys()].sort())
        for (const [currency, sum] of oracle) expect(each.balance(currency)).toBe(BigInt(sum.toFixed()))
      }
    }),
  )
})

test('two ledgers with the same sums have the same bytes, whatever came first', () => {
  const bytes = (list: readonly LedgerPosting[]) => {
    const ledger = new Ledger(ACCOUNT, () => undefined)
    for (const each of list) ledger.post(each)
    const writer = new CanonicalWriter()
    ledger.save(writer)
    return writer.copy()
  }
  const list = [posting({ amount: 5n }), posting({ currency: 'EUR', amount: 6n })]
  expect(bytes(list)).toEqual(bytes(list.toReversed()))
})

const trades = fc.array(
  fc.record({
    instrument: fc.integer({ min: 0, max: 2 }),
    side: fc.constantFrom<Side>('buy', 'sell'),
    price: fc.integer({ min: 1, max: 2 ** 40 }),
    quantity: fc.integer({ min: 1, max: 2 ** 30 }),
  }),
  { maxLength: 40 },
)

test('end less start is realized plus unrealized less fees, to the last count, across currencies', () => {
  const specs = [
    fxSpec(),
    fxSpec({ price_scale: 3, quote_currency: 'JPY', increments: [{ price_increment: '0.001' }] }),
    fxSpec({
      price_scale: 2,
      size_scale: 9,
      quote_currency: 'EUR',
      increments: [{ price_increment: '0.01' }],
    }),
  ]
  const conversion = new ConversionTable('USD', { EUR: '1.0852', JPY: '0.006613' }, 'conversion_rates')
  fc.assert(
    fc.property(trades, fc.integer({ min: 1, max: 2 ** 40 }), (list, mark) => {
      const ledger = new Ledger(ACCOUNT, () => undefined)
      const positions = specs.map((spec) => new Position(spec))
      const start = 1_000_000_00000000n
      ledger.post(posting({ amount: start }))
      for (const { instrument, side, price, quantity } of list) {
        const position = positions[instrument] as Position
        const spec = position.spec
        const effect = position.applyFill(side, priceUnits(price), sizeUnits(quantity))
        const commission = compileCommission({ basis_points: '0.35' }, spec, 'commission')
        const fee = commissionOfFill(commission, spec, priceUnits(price), sizeUnits(quantity))
        const profit = conversion.convert(effect.realized, spec.quote_currency)
        ledger.post(posting({ kind: 'trade_pnl', amount: profit }))
        ledger.post(posting({ kind: 'commission', amount: -conversion.convert(fee, commission.currency) }))
      }
      const unrealized = positions.reduce((sum, position) => {
        const open = position.unrealizedMoney(priceUnits(mark), priceUnits(mark + 3))
        return sum + conversion.convert(open, position.spec.quote_currency)
      }, 0n)
      const realized = ledger.total('trade_pnl', 'USD')
      const fees = -ledger.total('commission', 'USD')
      expect(ledger.balance('USD') + unrealized - start).toBe(realized + unrealized - fees)
      expectNearDecimalWorth(realized + unrealized, list, specs, mark)
    }),
  )
})

/** Cash flows plus what closing now would bring, by decimal.js; each conversion may round once. */
function expectNearDecimalWorth(
  profit: bigint,
  list: readonly { instrument: number; side: Side; price: number; quantity: number }[],
  specs: readonly ReturnType<typeof fxSpec>[],
  mark: number,
): void {
  const rates: Record<string, string> = { USD: '1', EUR: '1.0852', JPY: '0.006613' }
  let total = new Wide(0)
  specs.forEach((spec, instrument) => {
    let quantity = 0
    let cash = new Wide(0)
    for (const trade of list.filter((each) => each.instrument === instrument)) {
      const signed = trade.side === 'buy' ? trade.quantity : -trade.quantity
      quantity += signed
      cash = cash.sub(new Wide(trade.price).mul(signed))
    }
    const worth = cash.add(new Wide(quantity > 0 ? mark : mark + 3).mul(quantity))
    const scale = new Wide(10).pow(spec.price_scale + spec.size_scale)
    total = total.add(worth.div(scale).mul(rates[spec.quote_currency] ?? Number.NaN))
  })
  const difference = total.mul(1e8).sub(profit.toString()).abs()
  expect(difference.lte(list.length + 2 * specs.length)).toBe(true)
}
