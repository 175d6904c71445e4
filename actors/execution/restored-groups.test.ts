// Groups whose first members are gone are walked by a restored node as by the one that was not restored.

import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { NewOrderSingle, VenueCommand } from '../../schemas/messages/order.ts'
import { Desk } from '../desk.test-support.ts'
import { EURUSD, type TestNode } from '../trading-node.test-support.ts'

const BASIC = { orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] } } as const
const sell = { instrument: EURUSD, side: 'sell', quantity_units: 1_000 } as const

function order(node: TestNode, counter: number): NewOrderSingle {
  const isIt = (command: VenueCommand): command is NewOrderSingle =>
    command.type === 'new_order_single' && command.counter === counter
  return must(node.sent.find(isIt), 'the order was sent')
}

/** Two groups, the first of which was joined last, by an order that outlives the one that founded it. */
function begun(): Desk {
  const desk = new Desk({ capabilities: BASIC })
  desk.do((ctx) => {
    const first = ctx.submit({ ...sell, quantity_units: 400, limit_price_units: 101_000 })
    const none = ctx.submit({
      ...sell,
      quantity_units: 100,
      limit_price_units: 101_050,
      group: { counter: first, type: 'ouo' },
    })
    const second = ctx.submit({ ...sell, limit_price_units: 101_100 })
    ctx.submit({ ...sell, limit_price_units: 101_200, group: { counter: second, type: 'ouo' } })
    ctx.submit({ ...sell, limit_price_units: 101_300, group: { counter: none, type: 'ouo' } })
    ctx.submit({ ...sell, limit_price_units: 101_400, group: { counter: first, type: 'ouo' } })
  })
  for (const counter of [1, 2, 3, 4, 5, 6]) desk.accept(order(desk, counter))
  return desk
}

/** 5 takes 400, which ends 1 and 2; 3 takes 100. What lowers 6 and 4 is refused in the halt and asked for behind it. */
function goOn(node: TestNode, from: TestNode): string[] {
  const at = node.sent.length
  const fill = (counter: number, quantity: number) =>
    node.fill(order(from, counter), 101_000, quantity, { execution_id: `y${counter}` })
  fill(5, 400)
  fill(3, 100)
  for (const command of [...node.sent.slice(at)]) {
    node.outcome(command)
    const state = { order_quantity_units: order(from, command.counter).order_quantity_units }
    node.report(command.type === 'order_cancel_request' ? 'canceled' : 'replace_rejected', command, state)
  }
  node.securityStatus(EURUSD, 'halted')
  node.securityStatus(EURUSD, 'trading')
  return node.sent.slice(at).map((command) => `${command.type} ${command.counter} ${command.client_order_id}`)
}

test('[E11] a node that was saved and loaded goes on as the one that was not: the order of its groups', () => {
  const desk = begun()
  const again = desk.reloaded()
  expect(again.save()).toEqual(desk.save())
  const told = goOn(again, desk)
  expect(told).toEqual(goOn(desk, desk))
  expect(again.stateHash()).toEqual(desk.stateHash())
})
