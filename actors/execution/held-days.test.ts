// What the engine holds for the day ends with it, also where its venue was not heard at that time; and while an instrument
// does not trade what waits for a trigger waits on.

import { expect, test } from 'vitest'
import type { SecurityStatus } from '../../schemas/messages/security-status.ts'
import { timeUs } from '../../schemas/units.ts'
import { Desk } from '../desk.test-support.ts'
import { LedgerFold } from '../ledger-fold.ts'
import { loadLedger, saveLedger } from '../trading-ledger.ts'
import { EURUSD, TestNode, type TestNodeOptions, testInstrument } from '../trading-node.test-support.ts'

const MINUTE_US = 60_000_000
const capabilities = {
  orders: { market: ['ioc', 'gtc'], limit: ['gtc', 'gtd', 'day'] },
  closed_orders: true,
} as const
const OPTIONS: TestNodeOptions = { instruments: [testInstrument(EURUSD, 0)], capabilities }
const stop = { instrument: EURUSD, side: 'sell', quantity_units: 1_000, trigger_price_units: 98_000 } as const
const forDay = { ...stop, time_in_force: 'day' } as const

function told(desk: Desk, counter: number): string[] {
  return desk.facts.filter((fact) => fact.counter === counter).map(({ type }) => type.slice('order.'.length))
}

/** A stop for the day and one without an end. */
function holding(behaviour?: number): Desk {
  const desk = new Desk({ capabilities, ...(behaviour !== undefined && { behaviour }) })
  desk.do((ctx) => {
    ctx.submit(forDay)
    ctx.submit({ ...stop, trigger_price_units: 97_000 })
  })
  return desk
}

/** The venue says how things stand, a while later: trading, and when a day ended last. */
function stand(desk: Desk, day_ended_us: number): void {
  const now_us = desk.now_us + MINUTE_US
  desk.securityStatus(EURUSD, 'trading', now_us)
  desk.securityStatus(EURUSD, 'trading', now_us, { ends_day: true, ts_event_us: day_ended_us })
}

test('[E13] an order for the day ends with it, and one without an end does not', () => {
  const desk = holding()
  desk.securityStatus(EURUSD, 'closed', desk.now_us, { ends_day: false })
  expect(told(desk, 1)).toEqual(['held'])
  stand(desk, 0)
  desk.securityStatus(EURUSD, 'closed')
  expect([told(desk, 1), told(desk, 2)]).toEqual([['held', 'expired'], ['held']])
})

test('[E13] one ends with a day whose end nobody heard, once that is told', () => {
  const desk = holding()
  stand(desk, desk.now_us + 1)
  expect([told(desk, 1), told(desk, 2)]).toEqual([['held', 'expired'], ['held']])
})

test('[E13] [F8] the end of a day that is told again ends nothing that came behind it', () => {
  const desk = holding()
  const ended_us = desk.now_us
  desk.securityStatus(EURUSD, 'closed', ended_us)
  desk.do((ctx) => ctx.submit(forDay))
  const reloaded = desk.reloaded()
  const now_us = ended_us + MINUTE_US
  for (const one of [desk, reloaded])
    one.securityStatus(EURUSD, 'closed', now_us, { ends_day: true, ts_event_us: ended_us })
  expect(reloaded.save()).toEqual(desk.save())
  stand(desk, ended_us)
  expect(told(desk, 3)).toEqual(['held'])
  stand(desk, desk.now_us)
  expect(told(desk, 3)).toEqual(['held', 'expired'])
})

test('[E13] closed all day for whoever heard nothing of it, it ended for the orders held', () => {
  const desk = holding()
  desk.securityStatus(EURUSD, 'closed', desk.now_us)
  desk.do((ctx) => ctx.submit(forDay))
  // Opened and closed again while nobody listened.
  desk.securityStatus(EURUSD, 'closed', desk.now_us + 2 * MINUTE_US, {
    ends_day: true,
    ts_event_us: desk.now_us + MINUTE_US,
  })
  expect(told(desk, 3)).toEqual(['held', 'expired'])
})

test('[E11] [E13] after a change, the end of a day that was told ends nothing more, and one that was not does', () => {
  const desk = holding()
  const ended_us = desk.now_us
  desk.securityStatus(EURUSD, 'closed', ended_us)
  desk.securityStatus(EURUSD, 'trading', ended_us)
  desk.do((ctx) => ctx.submit(forDay))
  const changed = new TestNode(OPTIONS)
  loadLedger(changed.trading, structuredClone(saveLedger(desk.trading)))
  changed.start()
  const held = () => changed.trading.executions.get('main')?.heldOrders('s')
  for (const [told_us, counters] of [
    [ended_us, [2, 3]],
    [ended_us + 1, [2]],
  ] as const) {
    changed.securityStatus(EURUSD, 'trading', desk.now_us, { ends_day: true, ts_event_us: told_us })
    expect(held()?.map(({ counter }) => counter)).toEqual(counters)
  }
})

test('[E11] a fold of the records takes in which days ended', () => {
  const node = new TestNode(OPTIONS)
  const ended_us = MINUTE_US
  const status = { venue_id: 'sim', instrument_id: EURUSD, instrument_index: 0, status: 'closed' }
  const fold = new LedgerFold(node.trading)
  fold.input(1, ended_us + 5, {
    ...(status as Pick<SecurityStatus, keyof typeof status>),
    type: 'security_status',
    ends_day: true,
    ts_event_us: timeUs(ended_us),
  })
  fold.end()
  expect(saveLedger(node.trading).days_ended).toEqual({ [EURUSD]: ended_us })
})

test('[E13] under the second behaviour the status alone is heard', () => {
  const desk = holding(2)
  stand(desk, desk.now_us + 1)
  expect(told(desk, 1)).toEqual(['held'])
})

test.each(['closed', 'halted', 'pre_open', 'closing_call'] as const)(
  '[E13] while its instrument is %s no trigger is met; the first price behind it meets it',
  (status) => {
    const desk = holding()
    desk.securityStatus(EURUSD, status, desk.now_us, { ends_day: false })
    desk.quote(EURUSD, 90_000, 90_010)
    expect(desk.orders).toEqual([])
    desk.securityStatus(EURUSD, 'trading', desk.now_us)
    desk.quote(EURUSD, 90_000, 90_010)
    expect(desk.orders.map(({ counter }) => counter)).toEqual([1, 2])
  },
)
