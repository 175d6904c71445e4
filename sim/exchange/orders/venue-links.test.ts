import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { NewOrderSingle } from '../../../schemas/messages/order.ts'
import { instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import { VenueLinks } from './venue-links.ts'
import type { VenueOrder } from './venue-order.ts'

test('[K1] groups are saved, and one that has left is in none', () => {
  const groups = new VenueLinks(10, true)
  const orders = [1, 2, 3, 4].map((counter) => orderOf(counter))
  groups.open(command(1, 0), orders[0] as VenueOrder)
  for (const [counter, leader] of [
    [2, 1],
    [3, 2],
  ] as const)
    groups.open(command(counter, leader), orders[counter - 1] as VenueOrder)
  groups.open(command(4, 0), orders[3] as VenueOrder)
  groups.leave(orders[1] as VenueOrder)
  const open = orders.filter((_, at) => at !== 1)
  const writer = new CanonicalWriter()
  groups.save(writer, open)
  const again = new VenueLinks(10, true)
  const reader = new CanonicalReader(writer.copy())
  again.load(reader, open, new Map())
  reader.end()
  expect(open.map((order) => again.others(order).map((other) => other.venue_order_id))).toEqual([
    ['o3'],
    ['o1'],
    [],
  ])
  expect([2, 3, 4].map((leader) => again.areThere(command(9, leader)))).toEqual([false, true, true])
})

test('[K5] a venue that was saved and loaded has the state of one that was not: the order of its groups', () => {
  const linked = terms({ venues: [venue({ simulation: { takes: 'all_and_contingent' } })] })
  const through = new Scenario(linked)
  // The first group is joined last, by an order that outlives those that founded it.
  through.play(
    '1 quote 99/101 50x50',
    '2 a sell 4 limit 105 gtc as=1',
    '3 b sell 1 limit 106 gtc as=2 ouo=1',
    '4 c sell 5 limit 107 gtc as=3',
    '5 d sell 5 limit 108 gtc as=4 ouo=3',
    '6 e sell 9 limit 103 gtc as=5 ouo=2',
  )
  const again = through.reopened(linked)
  for (const one of [through, again]) one.play('7 quote 103/104 4x50', '8 quote 99/101 50x50')
  expect(Buffer.compare(saved(again), saved(through))).toBe(0)
})

test('[K3] a child that waits for the rows of a time is saved, and comes in behind them', () => {
  const two = terms({
    venues: [venue({ simulation: { takes: 'all_and_contingent' } })],
    specs: specsOf(instrument(), instrument({ instrument_id: 'Y.sim' })),
  })
  const through = new Scenario(two)
  for (const line of [
    ...['1 bar:X.sim last 100', '1 bar:Y.sim last 100', '2 a:X.sim buy 5 limit 98 gtc as=1'],
    ...['2 b:Y.sim sell 5 market gtc as=2 oto=1', '3 bar:X.sim last 97'],
  ])
    through.step(line)
  const again = through.reopened(two)
  for (const one of [through, again])
    expect(one.play('3 bar:Y.sim last 85').at(-1)).toBe('3 b trade 5@85 leaves 0')
  expect(Buffer.compare(saved(again), saved(through))).toBe(0)
})

test('[K3] children that wait for the rows of a time are called once, however often their parents trade in it', () => {
  const two = terms({
    venues: [venue({ simulation: { takes: 'all_and_contingent', fills: { model: 'top_of_book' } } })],
    specs: specsOf(instrument(), instrument({ instrument_id: 'Y.sim' })),
  })
  const scenario = new Scenario(two)
  for (const line of [
    ...['1 bar:X.sim last 100', '1 bar:Y.sim last 100', '2 a:X.sim buy 8 limit 98 gtc as=1'],
    ...['2 b:Y.sim sell 8 limit 90 gtc as=2 oto=1', '3 bar:X.sim last 97 97 97 97 16'],
  ])
    scenario.step(line)
  expect(scenario.venues.agenda.count).toBe(1)
  expect(scenario.play('3 bar:Y.sim last 95').slice(2)).toEqual([
    '3 a trade 4@97 leaves 4',
    '3 a trade 4@98 leaves 0',
    '3 b trade 8@95 leaves 0',
  ])
})

function saved({ venues }: Scenario): Uint8Array {
  const writer = new CanonicalWriter(1 << 14)
  venues.save(writer)
  return writer.copy()
}

function orderOf(counter: number): VenueOrder {
  const name = { account_id: 'main', strategy_id: 's', counter }
  return { venue_order_id: `o${counter}`, name, cum_quantity_units: 0 } as VenueOrder
}

function command(counter: number, leader: number): NewOrderSingle {
  const terms = { group_counter: leader, group_type: leader === 0 ? '' : 'oco', parent_counter: 0 }
  return { account_id: 'main', strategy_id: 's', counter, terms } as NewOrderSingle
}
