import { expect, test } from 'vitest'
import type { AccountId, InstrumentId, StrategyId } from '../../schemas/ids.ts'
import type { ReplaceIntent, SubmitIntent } from '../../schemas/messages/intent.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import { priceUnits, sizeUnits, timeUs } from '../../schemas/units.ts'
import { ForeignIntents } from './foreign-intents.ts'

const KEY = { account_id: 'main' as AccountId, strategy_id: 's' as StrategyId }

const replace: ReplaceIntent = {
  type: 'replace_intent',
  ...KEY,
  counter: 1,
  request_counter: 2,
  price_units: priceUnits(100),
  trigger_price_units: priceUnits(0),
  order_quantity_units: sizeUnits(1_000),
  ts_intent_us: timeUs(1),
}
const trail: SubmitIntent = {
  type: 'submit_intent',
  ...KEY,
  counter: 1,
  instrument_id: 'EURUSD.sim' as InstrumentId,
  instrument_index: 0,
  side: 'sell',
  order_type: 'trailing_stop',
  time_in_force: 'gtc',
  price_units: priceUnits(0),
  order_quantity_units: sizeUnits(1_000),
  terms: { ...PLAIN_TERMS, trail_offset: 25 },
  ts_intent_us: timeUs(1),
}

test('[E16] an intent from elsewhere is of a quantity, and a trail stays some way behind', () => {
  const verdict = (intent: ReplaceIntent | SubmitIntent) =>
    new ForeignIntents({ session: 'x', epoch: 1, counterHighWater: () => 0 }).refusal(intent)
  const trailing = (trail_offset: number) => verdict({ ...trail, terms: { ...trail.terms, trail_offset } })
  expect([verdict(replace), verdict(trail)]).toEqual([undefined, undefined])
  expect([
    verdict({ ...replace, order_quantity_units: sizeUnits(0) }),
    verdict({ ...trail, order_quantity_units: sizeUnits(-1) }),
    trailing(0),
    trailing(-25),
    trailing(2 ** 50),
  ]).toEqual(Array(5).fill('order_malformed'))
})
