import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { LedgerSection } from '../../schemas/ledger-section.ts'
import type { NewOrderSingle, VenueCommand } from '../../schemas/messages/order.ts'
import { priceUnits, sizeUnits } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD, TestNode } from '../trading-node.test-support.ts'

const CAPABILITIES = { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } } as const
const entry = { instrument: EURUSD, side: 'buy', quantity_units: 1_000, limit_price_units: 99_000 } as const
const exit = { instrument: EURUSD, side: 'sell', quantity_units: 1_000, limit_price_units: 101_000 } as const

test('[E11] a child whose parent had traded when the last build ended, and that nothing released, is released', () => {
  const desk = new Desk({ capabilities: CAPABILITIES })
  desk.do((ctx) => {
    const parent = ctx.submit(entry)
    ctx.submit({ ...exit, parent: { counter: parent } })
  })
  desk.accept(desk.lastOrder())
  const kept = ledgerOf(desk)
  traded(desk, 1_000)
  const after = ledgerOf(desk)
  const main = must(after.orders['main'], 'the account has orders')
  const orders = { main: { ...main, open: main.open.filter(({ counter }) => counter === 1) } }
  expect(takenUp({ ...after, orders, holdings: kept.holdings })).toEqual(['new 2 limit 1000'])
})

test('[E11] a child whose parent had ended without a trade, and that nothing cancelled, is cancelled', () => {
  const desk = new Desk({ capabilities: CAPABILITIES })
  desk.do((ctx) => {
    const parent = ctx.submit(entry)
    ctx.submit({ ...exit, parent: { counter: parent } })
  })
  const kept = ledgerOf(desk)
  desk.report('rejected', desk.lastOrder(), {})
  const node = taken({ ...ledgerOf(desk), holdings: kept.holdings })
  expect([commands(node), node.facts.map(({ type, counter }) => `${type} ${counter}`)]).toEqual([
    [],
    ['order.canceled 2'],
  ])
})

test.each([
  ['oco', ['cancel 2']],
  ['ouo', ['replace 2 to 600']],
] as const)(
  '[E11] what a member of a group had traded, and nothing told the other, it is told: %s',
  (type, expected) => {
    const desk = new Desk({ capabilities: CAPABILITIES })
    desk.do((ctx) => {
      const first = ctx.submit(entry)
      ctx.submit({ ...entry, limit_price_units: 98_900, group: { counter: first, type } })
    })
    const [first, second] = desk.sent as [VenueCommand, VenueCommand]
    if (first.type === 'new_order_single') desk.accept(first)
    if (second.type === 'new_order_single') desk.accept(second)
    const kept = ledgerOf(desk)
    // The report is in the last build's journal, what followed from it is not.
    const before = desk.sent.length
    if (first.type === 'new_order_single') traded(desk, 400, first)
    expect(desk.sent.length).toBe(before + 1)
    const after = ledgerOf(desk)
    const orders = { ...after.orders, main: { ...after.orders['main'], open: untouched(after) } }
    expect(takenUp({ ...after, orders: orders as LedgerSection['orders'], holdings: kept.holdings })).toEqual(
      expected,
    )
  },
)

test('[E11] exits that a settled entry released stay linked, when the market comes before trading is enabled', () => {
  const desk = new Desk({ capabilities: CAPABILITIES })
  desk.do((ctx) => {
    const first = ctx.submit(entry)
    ctx.submit({ ...entry, limit_price_units: 98_900, group: { counter: first, type: 'oco' } })
    const parent = { counter: first }
    const profit = ctx.submit({ ...exit, parent })
    ctx.submit({ ...exit, limit_price_units: 102_000, parent, group: { counter: profit, type: 'oco' } })
  })
  const [first, second] = desk.sent as [NewOrderSingle, NewOrderSingle]
  for (const command of [first, second]) desk.accept(command)
  const kept = ledgerOf(desk)
  traded(desk, 1_000, first)
  const after = ledgerOf(desk)
  const main = must(after.orders['main'], 'the account has orders')
  const orders = { main: { ...main, open: (untouched(after) ?? []).filter(({ counter }) => counter <= 2) } }
  const node = new TestNode({ capabilities: CAPABILITIES })
  loadLedger(node.trading, { ...after, orders, holdings: kept.holdings } as LedgerSection)
  node.control('session_start', {}, node.now_us + 1)
  node.quote(EURUSD, 100_000, 100_010)
  node.control('trading_enable')
  expect(commands(node)).toEqual(['cancel 2', 'new 3 limit 1000', 'new 4 limit 1000'])
  const linked = ledgerOf(node).holdings['main']?.groups.map(({ members }) =>
    members.map(({ counter }) => counter),
  )
  expect(linked).toContainEqual([3, 4])
})

test('[E11] where every step was recorded whole, taking up what is kept asks for nothing', () => {
  const desk = new Desk({ capabilities: CAPABILITIES })
  desk.do((ctx) => {
    const parent = ctx.submit({ ...entry, quantity_units: 2_000 })
    const first = ctx.submit({ ...exit, parent: { counter: parent, fill: 'full' } })
    const group = { counter: first, type: 'ouo' } as const
    ctx.submit({ ...exit, limit_price_units: 102_000, parent: { counter: parent, fill: 'full' }, group })
  })
  desk.accept(desk.lastOrder())
  traded(desk, 1_000)
  expect(takenUp(ledgerOf(desk))).toEqual([])
})

function traded(desk: Desk, quantity: number, order = desk.lastOrder()): void {
  desk.report('trade', order, {
    execution_id: `x${order.counter}`,
    last_quantity_units: sizeUnits(quantity),
    last_price_units: priceUnits(99_000),
    cum_quantity_units: sizeUnits(quantity),
  })
}

/** The orders as they were before the requests that the lost step made. */
function untouched({ orders }: LedgerSection) {
  return orders['main']?.open.map((order) => ({
    ...order,
    state: order.cum_quantity_units > 0 ? 'partially_filled' : 'new',
    cancel_client_order_id: '',
    replace_client_order_id: '',
    replace_quantity_units: 0,
    replace_price_units: 0,
    replace_trigger_price_units: 0,
    client_order_ids: order.client_order_ids.slice(0, 1),
  }))
}

function ledgerOf({ trading }: TestNode): LedgerSection {
  return structuredClone(saveLedger(trading))
}

function taken(ledger: LedgerSection): TestNode {
  const node = new TestNode({ capabilities: CAPABILITIES })
  loadLedger(node.trading, ledger)
  node.start()
  // By then quotes have come, and the strategy trades.
  node.pass(node.now_us + 300_000)
  return node
}

function takenUp(ledger: LedgerSection): string[] {
  return commands(taken(ledger))
}

function commands({ sent }: TestNode): string[] {
  return sent.map((command) => {
    if (command.type === 'new_order_single')
      return `new ${command.counter} ${command.order_type} ${command.order_quantity_units}`
    if (command.type === 'order_cancel_request') return `cancel ${command.counter}`
    return `replace ${command.counter} to ${command.order_quantity_units}`
  })
}
