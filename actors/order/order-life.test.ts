import { expect, test } from 'vitest'
import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { OrderFactType } from '../../schemas/messages/order-fact.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { loadOrder, saveOrder } from './order-codec.ts'
import type { OrderEvent } from './order-event.ts'
import {
  absent,
  answer,
  bust,
  CANCEL_ID,
  cancel,
  correction,
  found,
  newOrder,
  ORDER_ID,
  REPLACE_ID,
  replace,
  report,
  send,
  trade,
} from './order-events.test-support.ts'
import type { OrderEffect } from './order-facts.ts'
import { orderTable } from './order-machine.ts'
import { approvedOrder, leavesQuantityUnitsMax, notionalUnits, type OrderState } from './order-record.ts'

function live(events: readonly OrderEvent[]) {
  const order = approvedOrder(newOrder(), timeUs(1))
  const effects: OrderEffect[] = []
  for (const event of events) orderTable.dispatch(order, event, effects)
  return { order, effects, types: effects.map((effect) => effect.type) }
}

const replaced = (price: number, quantity: number) =>
  answer('replaced', REPLACE_ID, {
    price_units: priceUnits(price),
    order_quantity_units: sizeUnits(quantity),
    venue_order_id: 'v2',
  })

const sent = send('new', 'sent')
const accepted = [sent, report('new')]

type Life = readonly [
  rule: string,
  events: readonly OrderEvent[],
  end: readonly [state: OrderState, cum: number, leaves: number],
  told: readonly (OrderFactType | 'order_cancel_request' | 'order_cancel_replace_request')[],
]

const told = { new: ['order.pending_new', 'order.accepted'] } as const

const lives: readonly Life[] = [
  [
    'an order is sent, accepted and filled',
    [...accepted, trade('x1', 100)],
    ['filled', 100, 0],
    [...told.new, 'order.filled'],
  ],
  [
    'an order is filled in parts',
    [...accepted, trade('x1', 40), trade('x2', 60)],
    ['filled', 100, 0],
    [...told.new, 'order.partially_filled', 'order.filled'],
  ],
  [
    'a rejected order ends',
    [sent, report('rejected')],
    ['rejected', 0, 0],
    ['order.pending_new', 'order.rejected'],
  ],
  [
    'an order refused before it was sent is not_sent',
    [send('new', 'refused')],
    ['not_sent', 0, 0],
    ['order.not_sent'],
  ],
  [
    'an order expires with what it has traded',
    [...accepted, trade('x1', 40), report('expired')],
    ['expired', 40, 0],
    [...told.new, 'order.partially_filled', 'order.expired'],
  ],
  [
    '[O4] a fill before the acceptance is booked, and the acceptance then is stale',
    [sent, trade('x1', 40), report('new')],
    ['partially_filled', 40, 60],
    ['order.pending_new', 'order.partially_filled', 'order.stale_report'],
  ],
  [
    '[O4] a fill before the word of the sending is booked',
    [trade('x1', 100), sent],
    ['filled', 100, 0],
    ['order.filled'],
  ],
  [
    '[O5] a duplicate execution is dropped',
    [...accepted, trade('x1', 40), trade('x1', 40)],
    ['partially_filled', 40, 60],
    [...told.new, 'order.partially_filled', 'order.duplicate_execution'],
  ],
  [
    '[O5] a duplicate after the end is dropped',
    [...accepted, trade('x1', 100), trade('x1', 100)],
    ['filled', 100, 0],
    [...told.new, 'order.filled', 'order.duplicate_execution'],
  ],
  [
    '[O6] an acceptance after a fill takes nothing back',
    [...accepted, trade('x1', 40), report('new')],
    ['partially_filled', 40, 60],
    [...told.new, 'order.partially_filled', 'order.stale_report'],
  ],
  [
    '[O7] a fill after the cancel is booked and reopens nothing',
    [...accepted, report('canceled'), trade('x1', 40)],
    ['canceled', 40, 0],
    [...told.new, 'order.canceled', 'order.late_fill'],
  ],
  [
    '[O7] a fill of all of an order thought never sent is booked',
    [send('new', 'refused'), trade('x1', 100)],
    ['not_sent', 100, 0],
    ['order.not_sent', 'order.late_fill'],
  ],
  [
    '[O18] a fill of a part of an order thought never sent is booked, and the rest is open again',
    [send('new', 'refused'), trade('x1', 40)],
    ['partially_filled', 40, 60],
    ['order.not_sent', 'order.adopted', 'order.partially_filled'],
  ],
  [
    '[O8] an overfill is booked and flagged',
    [...accepted, trade('x1', 130)],
    ['filled', 130, 0],
    [...told.new, 'order.overfilled'],
  ],
  [
    '[O8] a second fill of a filled order is an overfill',
    [...accepted, trade('x1', 100), trade('x2', 10)],
    ['filled', 110, 0],
    [...told.new, 'order.filled', 'order.overfilled'],
  ],
  [
    '[O9] a bust reverses its trade',
    [...accepted, trade('x1', 40), trade('x2', 10), bust('x1')],
    ['partially_filled', 10, 90],
    [...told.new, 'order.partially_filled', 'order.partially_filled', 'order.trade_busted'],
  ],
  [
    '[O9] a bust of all trades leaves a new order',
    [...accepted, trade('x1', 40), bust('x1')],
    ['new', 0, 100],
    [...told.new, 'order.partially_filled', 'order.trade_busted'],
  ],
  [
    '[O9] a bust comes twice and counts once',
    [...accepted, trade('x1', 40), bust('x1'), bust('x1')],
    ['new', 0, 100],
    [...told.new, 'order.partially_filled', 'order.trade_busted', 'order.duplicate_execution'],
  ],
  [
    '[O9] a bust of a filled order reopens nothing',
    [...accepted, trade('x1', 100), bust('x1')],
    ['filled', 0, 0],
    [...told.new, 'order.filled', 'order.trade_busted'],
  ],
  [
    '[O9] a busted trade that comes again stays busted',
    [...accepted, trade('x1', 40), bust('x1'), trade('x1', 40)],
    ['new', 0, 100],
    [...told.new, 'order.partially_filled', 'order.trade_busted', 'order.duplicate_execution'],
  ],
  [
    '[O9] a bust of a trade nobody saw is unexpected',
    [...accepted, bust('x9')],
    ['new', 0, 100],
    [...told.new, 'order.unexpected_event'],
  ],
  [
    '[O9] a correction replaces its trade',
    [...accepted, trade('x1', 40), correction('x1', 30)],
    ['partially_filled', 30, 70],
    [...told.new, 'order.partially_filled', 'order.trade_corrected'],
  ],
  [
    '[O9] a correction comes twice and counts once',
    [...accepted, trade('x1', 40), correction('x1', 30), correction('x1', 30)],
    ['partially_filled', 30, 70],
    [...told.new, 'order.partially_filled', 'order.trade_corrected', 'order.duplicate_execution'],
  ],
  [
    '[O9] a correction under the id it corrects counts once, however often it comes',
    [
      ...accepted,
      trade('x1', 40),
      correction('x1', 30, { execution_id: 'x1' }),
      correction('x1', 30, { execution_id: 'x1' }),
    ],
    ['partially_filled', 30, 70],
    [...told.new, 'order.partially_filled', 'order.trade_corrected', 'order.trade_corrected'],
  ],
  [
    '[O9] a correction that completes the order ends it',
    [...accepted, trade('x1', 40), correction('x1', 100)],
    ['filled', 100, 0],
    [...told.new, 'order.partially_filled', 'order.trade_corrected'],
  ],
  [
    '[O10] an unproven sending is unknown, and proven absent it is not_sent',
    [send('new', 'unproven'), absent()],
    ['not_sent', 0, 0],
    ['order.unknown', 'order.not_sent'],
  ],
  [
    '[O10] an unknown order that is found lives on',
    [send('new', 'unproven'), found()],
    ['new', 0, 100],
    ['order.unknown', 'order.accepted'],
  ],
  [
    '[O10] a fill proves an unknown order',
    [sent, send('new', 'unproven'), trade('x1', 40)],
    ['partially_filled', 40, 60],
    ['order.pending_new', 'order.unknown', 'order.partially_filled'],
  ],
  [
    '[O10] an unknown order stays unknown when the send is unproven again',
    [send('new', 'unproven'), send('new', 'unproven')],
    ['unknown', 0, 100],
    ['order.unknown'],
  ],
  [
    '[O10] absence ends nothing but an unknown order',
    [...accepted, absent()],
    ['new', 0, 100],
    [...told.new, 'order.unexpected_event'],
  ],
  [
    '[O18] an order thought never sent that the venue accepts is open again',
    [send('new', 'refused'), report('new')],
    ['new', 0, 100],
    ['order.not_sent', 'order.adopted'],
  ],
  [
    '[O18] an order thought never sent that a look-up finds is open again',
    [send('new', 'refused'), found()],
    ['new', 0, 100],
    ['order.not_sent', 'order.adopted'],
  ],
  [
    '[O11] a cancel of a working order is sent and ends it',
    [...accepted, cancel(), send('cancel', 'sent'), report('pending_cancel'), answer('canceled', CANCEL_ID)],
    ['canceled', 0, 0],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.canceled'],
  ],
  [
    '[O11] a cancel before the acceptance waits for it',
    [cancel(), sent, report('new')],
    ['pending_cancel', 0, 100],
    ['order.pending_new', 'order.accepted', 'order_cancel_request', 'order.pending_cancel'],
  ],
  [
    '[O11] a cancel of an unknown order goes out when the order is found',
    [send('new', 'unproven'), cancel(), found()],
    ['pending_cancel', 0, 100],
    ['order.unknown', 'order.accepted', 'order_cancel_request', 'order.pending_cancel'],
  ],
  [
    '[O11] a cancel before a fill that is the first proof goes out with it',
    [sent, cancel(), trade('x1', 40)],
    ['pending_cancel', 40, 60],
    ['order.pending_new', 'order.partially_filled', 'order_cancel_request', 'order.pending_cancel'],
  ],
  [
    '[O11] a second cancel is refused while the first is on its way',
    [...accepted, cancel(), cancel()],
    ['pending_cancel', 0, 100],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.cancel_rejected'],
  ],
  [
    '[O11] a cancel whose sending is unproven may be sent again',
    [...accepted, cancel(), send('cancel', 'unproven'), cancel(REPLACE_ID)],
    ['pending_cancel', 0, 100],
    [
      ...told.new,
      'order_cancel_request',
      'order.pending_cancel',
      'order_cancel_request',
      'order.pending_cancel',
    ],
  ],
  [
    '[O11] an order found live after an unproven cancel is at work again',
    [...accepted, cancel(), send('cancel', 'unproven'), found()],
    ['new', 0, 100],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.cancel_rejected'],
  ],
  [
    '[O11] a cancel that is not sent leaves the order as it was',
    [...accepted, trade('x1', 40), cancel(), send('cancel', 'refused')],
    ['partially_filled', 40, 60],
    [
      ...told.new,
      'order.partially_filled',
      'order_cancel_request',
      'order.pending_cancel',
      'order.cancel_rejected',
    ],
  ],
  [
    '[O11] a rejected cancel leaves the order as it was',
    [...accepted, cancel(), answer('cancel_rejected', CANCEL_ID)],
    ['new', 0, 100],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.cancel_rejected'],
  ],
  [
    '[O11] an answer to another cancel is stale',
    [...accepted, cancel(), answer('cancel_rejected', REPLACE_ID)],
    ['pending_cancel', 0, 100],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.stale_report'],
  ],
  [
    '[O11] a cancel of an ended order is refused',
    [...accepted, trade('x1', 100), cancel()],
    ['filled', 100, 0],
    [...told.new, 'order.filled', 'order.cancel_rejected'],
  ],
  [
    '[O12] an order trades while its cancel is in flight',
    [...accepted, cancel(), trade('x1', 40), answer('canceled', CANCEL_ID)],
    ['canceled', 40, 0],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.partially_filled', 'order.canceled'],
  ],
  [
    '[O12] a fill wins over the cancel',
    [...accepted, cancel(), trade('x1', 100), answer('cancel_rejected', CANCEL_ID)],
    ['filled', 100, 0],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.filled', 'order.stale_report'],
  ],
  [
    '[O13] a replace changes price and quantity',
    [...accepted, replace(51, 120), replaced(51, 120)],
    ['new', 0, 120],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.replaced'],
  ],
  [
    '[O13] a replace after a partial fill keeps the fill',
    [...accepted, trade('x1', 40), replace(51, 120), replaced(51, 120)],
    ['partially_filled', 40, 80],
    [
      ...told.new,
      'order.partially_filled',
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.replaced',
    ],
  ],
  [
    '[O13] a replace to what traded meanwhile fills the order',
    [...accepted, replace(51, 40), trade('x1', 40), replaced(51, 40)],
    ['filled', 40, 0],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.partially_filled',
      'order.replaced',
    ],
  ],
  [
    '[O13] a rejected replace leaves the order as it was',
    [...accepted, replace(51, 120), answer('replace_rejected', REPLACE_ID)],
    ['new', 0, 100],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.replace_rejected'],
  ],
  [
    '[O13] a rejection of the replacement is not one of the order',
    [...accepted, replace(51, 120), report('rejected', { client_order_id: REPLACE_ID })],
    ['new', 0, 100],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.replace_rejected'],
  ],
  [
    '[O13] a replacement that is acknowledged as an order of its own is adopted',
    [
      ...accepted,
      replace(51, 120),
      report('new', {
        client_order_id: REPLACE_ID,
        price_units: priceUnits(51),
        order_quantity_units: sizeUnits(120),
      }),
    ],
    ['new', 0, 120],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.replaced'],
  ],
  [
    '[O13] an unproven replace is found by its own id',
    [
      ...accepted,
      replace(51, 120),
      send('replace', 'unproven'),
      found(REPLACE_ID, { price_units: priceUnits(51), order_quantity_units: sizeUnits(120) }),
    ],
    ['new', 0, 120],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.replaced'],
  ],
  [
    '[O13] an unproven replace that is absent is rejected',
    [...accepted, replace(51, 120), send('replace', 'unproven'), absent(REPLACE_ID)],
    ['new', 0, 100],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.replace_rejected'],
  ],
  [
    '[O13] an order filled in full before its replace is rejected ends with the rejection',
    [...accepted, replace(51, 120), trade('x1', 100), answer('replace_rejected', REPLACE_ID)],
    ['filled', 100, 0],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.partially_filled',
      'order.replace_rejected',
    ],
  ],
  [
    '[O13] an order filled in full before its replacement to more is accepted trades on',
    [...accepted, replace(51, 120), trade('x1', 100), replaced(51, 120)],
    ['partially_filled', 100, 20],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.partially_filled',
      'order.replaced',
    ],
  ],
  [
    '[O13] an order filled in full while a replace to no more is in flight is filled',
    [...accepted, replace(51, 100), trade('x1', 100), answer('replace_rejected', REPLACE_ID)],
    ['filled', 100, 0],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.filled',
      'order.stale_report',
    ],
  ],
  [
    '[O13] a fill of the replacement before its acknowledgement is no overfill',
    [
      ...accepted,
      replace(51, 120),
      trade('x1', 110, { leaves_quantity_units: sizeUnits(10) }),
      replaced(51, 120),
    ],
    ['partially_filled', 110, 10],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.partially_filled',
      'order.replaced',
    ],
  ],
  [
    '[O13] a report about the replaced incarnation is stale',
    [...accepted, replace(51, 120), replaced(51, 120), report('canceled')],
    ['new', 0, 120],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.replaced',
      'order.stale_report',
    ],
  ],
  [
    '[O13] a late fill of the replaced incarnation is booked',
    [...accepted, replace(51, 120), replaced(51, 120), trade('x1', 40)],
    ['partially_filled', 40, 80],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.replaced',
      'order.partially_filled',
    ],
  ],
  [
    '[O13] a replace before the acceptance is refused',
    [sent, replace(51, 120)],
    ['pending_new', 0, 100],
    ['order.pending_new', 'order.replace_rejected'],
  ],
  [
    '[O13] a replace to what is filled already is refused',
    [...accepted, trade('x1', 40), replace(51, 40)],
    ['partially_filled', 40, 60],
    [...told.new, 'order.partially_filled', 'order.replace_rejected'],
  ],
  [
    '[O11] a cancel during a replace goes out when the replace is answered',
    [...accepted, replace(51, 120), cancel(), replaced(51, 120)],
    ['pending_cancel', 0, 120],
    [
      ...told.new,
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.replaced',
      'order_cancel_request',
      'order.pending_cancel',
    ],
  ],
  [
    '[O14] a venue that refuses an accepted order rejects it',
    [...accepted, report('rejected')],
    ['rejected', 0, 0],
    [...told.new, 'order.rejected'],
  ],
  [
    '[O14] once it has traded, the rest is canceled',
    [...accepted, trade('x1', 40), report('rejected')],
    ['canceled', 40, 0],
    [...told.new, 'order.partially_filled', 'order.canceled'],
  ],
  [
    '[O14] the answer to a cancel is stale once the venue has rejected the order',
    [...accepted, cancel(), report('rejected'), answer('cancel_rejected', CANCEL_ID)],
    ['rejected', 0, 0],
    [...told.new, 'order_cancel_request', 'order.pending_cancel', 'order.rejected', 'order.stale_report'],
  ],
  [
    '[O15] a proof of not sending after the acceptance is unexpected',
    [...accepted, send('new', 'refused')],
    ['new', 0, 100],
    [...told.new, 'order.unexpected_event'],
  ],
  [
    '[O13] an answer to another replace is stale, and an outcome of another says nothing',
    [
      ...accepted,
      replace(51, 120),
      answer('replace_rejected', CANCEL_ID),
      send('replace', 'refused', CANCEL_ID),
    ],
    ['pending_replace', 0, 100],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.stale_report'],
  ],
  [
    '[O13] a look-up of the order itself does not answer its replace',
    [...accepted, replace(51, 120), send('replace', 'unproven'), found(), absent(ORDER_ID)],
    ['pending_replace', 0, 100],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.unexpected_event'],
  ],
  [
    '[O13] a replace that is not sent leaves the order as it was',
    [...accepted, trade('x1', 40), replace(51, 120), send('replace', 'refused')],
    ['partially_filled', 40, 60],
    [
      ...told.new,
      'order.partially_filled',
      'order_cancel_replace_request',
      'order.pending_replace',
      'order.replace_rejected',
    ],
  ],
  [
    '[O14] a replaced order that is refused is refused itself',
    [...accepted, replace(51, 120), report('rejected')],
    ['rejected', 0, 0],
    [...told.new, 'order_cancel_replace_request', 'order.pending_replace', 'order.rejected'],
  ],
]

test.each(lives)('%s', (_rule, events, [state, cum, leaves], facts) => {
  const { order, types } = live(events)
  expect([order.state, order.cum_quantity_units, order.leaves_quantity_units]).toEqual([state, cum, leaves])
  expect(types).toEqual(facts)
  expect(order.ended).toBe(leaves === 0)
})

test('an order reads back as it was saved, at every point of every life', () => {
  for (const [, events] of lives) {
    for (let at = 0; at <= events.length; at++) {
      const { order } = live(events.slice(0, at))
      const writer = new CanonicalWriter()
      saveOrder(writer, order)
      const reader = new CanonicalReader(writer.copy())
      expect(loadOrder(reader)).toEqual(order)
      reader.end()
    }
  }
})

test('a cancel names its own id and the incarnation in force', () => {
  const { effects } = live([...accepted, replace(51, 120), replaced(51, 120), cancel()])
  expect(effects.find((effect) => effect.type === 'order_cancel_request')).toEqual({
    type: 'order_cancel_request',
    account_id: 'main',
    strategy_id: 'ema',
    counter: 1,
    incarnation: 2,
    client_order_id: CANCEL_ID,
    original_client_order_id: REPLACE_ID,
    venue_id: 'sim',
    instrument_id: 'EURUSD.sim',
    instrument_index: 0,
  })
})

test('a replace is the next incarnation under its own id, and the order keeps its key', () => {
  const { effects, order } = live([...accepted, replace(51, 120), replaced(51, 120)])
  expect(effects.find((effect) => effect.type === 'order_cancel_replace_request')).toEqual({
    type: 'order_cancel_replace_request',
    account_id: 'main',
    strategy_id: 'ema',
    counter: 1,
    incarnation: 2,
    client_order_id: REPLACE_ID,
    original_client_order_id: ORDER_ID,
    venue_id: 'sim',
    instrument_id: 'EURUSD.sim',
    instrument_index: 0,
    trigger_price_units: 0,
    price_units: 51,
    order_quantity_units: 120,
  })
  const { counter, incarnation, client_order_id, client_order_ids, venue_order_id, price_units } = order
  expect({ counter, incarnation, client_order_id, client_order_ids, venue_order_id, price_units }).toEqual({
    counter: 1,
    incarnation: 2,
    client_order_id: REPLACE_ID,
    client_order_ids: [ORDER_ID, REPLACE_ID],
    venue_order_id: 'v2',
    price_units: 51,
  })
})

test('[O9] a correction books the new trade, takes the old one back and settles the commission', () => {
  const { effects, order } = live([...accepted, trade('x1', 40), correction('x1', 30)])
  expect(effects.at(-1)).toEqual({
    type: 'order.trade_corrected',
    account_id: 'main',
    strategy_id: 'ema',
    counter: 1,
    incarnation: 1,
    client_order_id: ORDER_ID,
    venue_id: 'sim',
    instrument_id: 'EURUSD.sim',
    instrument_index: 0,
    side: 'buy',
    order_type: 'limit',
    time_in_force: 'gtc',
    ended: false,
    price_units: 50,
    order_quantity_units: 100,
    cum_quantity_units: 30,
    leaves_quantity_units: 70,
    execution_id: 'x1-corrected',
    last_price_units: 51,
    last_quantity_units: 30,
    liquidity_side: 'maker',
    reversed_price_units: 50,
    reversed_quantity_units: 40,
    commission: 1n,
    commission_currency: 'USD',
    reason_code: '',
    reason_text: '',
    ts_event_us: 999_000,
  })
  expect(notionalUnits(order)).toBe(30n * 51n)
})

test('[O9] a fact says maker or taker of the trade it books, and of none it takes back', () => {
  const { effects } = live([
    ...accepted,
    trade('x1', 40, { liquidity_side: 'maker' }),
    trade('x2', 60, { liquidity_side: 'taker' }),
    bust('x2', { liquidity_side: 'taker' }),
  ])
  expect(effects.slice(-3)).toMatchObject([
    { type: 'order.partially_filled', liquidity_side: 'maker' },
    { type: 'order.filled', liquidity_side: 'taker' },
    { type: 'order.trade_busted', liquidity_side: '' },
  ])
})

test('the average price stays exact beyond 2^53', () => {
  const price = priceUnits(9_000_000_000_000)
  const { order } = live([
    ...accepted,
    trade('x1', 40_001, { last_price_units: price }),
    trade('x2', 3, { last_price_units: priceUnits(7) }),
  ])
  expect(notionalUnits(order)).toBe(9_000_000_000_000n * 40_001n + 21n)
})

test('[O12] with a replacement in flight the larger of both quantities counts as open', () => {
  const { order } = live([...accepted, trade('x1', 40), replace(51, 120)])
  expect([order.leaves_quantity_units, leavesQuantityUnitsMax(order)]).toEqual([60, 80])
  const smaller = live([...accepted, trade('x1', 40), replace(51, 60)]).order
  expect([smaller.leaves_quantity_units, leavesQuantityUnitsMax(smaller)]).toEqual([60, 60])
})

test('[O5] an order remembers a bounded number of trades and still books none twice', () => {
  const order = approvedOrder(newOrder({ order_quantity_units: sizeUnits(5_000) }), timeUs(1))
  const one = (i: number) => trade(`x${i}`, 1, { cum_quantity_units: sizeUnits(i) })
  for (let i = 1; i <= 3_000; i++) orderTable.dispatch(order, one(i), [])
  expect([order.cum_quantity_units, order.executions.length]).toEqual([3_000, 1_024])
  const effects: OrderEffect[] = []
  for (let i = 1; i <= 3_000; i++) orderTable.dispatch(order, one(i), effects)
  expect(order.cum_quantity_units).toBe(3_000)
  expect(new Set(effects.map((effect) => effect.type))).toEqual(new Set(['order.duplicate_execution']))
})
