import { expect, test } from 'vitest'
import { fxSpec } from '../../engine/instrument.test-support.ts'
import { fact } from '../../engine/messages.test-support.ts'
import { sizeUnits } from '../../schemas/units.ts'
import { textRow } from './cells.ts'
import { FILL_COLUMNS, fillItems } from './fill-rows.ts'

const specs = [fxSpec({ instrument_id: 'EURUSD.sim' })]
const corrected = { ...fact, instrument_index: 0 }

const reversal = {
  time: '2023-11-14T22:13:20.000001Z',
  account_id: 'main',
  strategy_id: 's',
  order_counter: '7',
  intent_id: 'main/s/7',
  client_order_id: 't-1-s-9',
  execution_id: 'x2',
  venue_id: 'sim',
  instrument_id: 'EURUSD.sim',
  event: 'reversal',
  side: 'sell',
  quantity: '10',
  price: '0.98003',
  liquidity_side: '',
  commission: '0.00',
  commission_currency: 'USD',
}
const trade = {
  ...reversal,
  event: 'trade',
  quantity: '11',
  price: '0.98001',
  liquidity_side: 'taker',
  commission: '-0.00000005',
}

test('a correction gives the reversal, then the trade as it should have been, which alone has a liquidity side', () => {
  const rows = fillItems(specs, corrected).map((item) => textRow(FILL_COLUMNS, item))
  expect(rows).toEqual([reversal, trade])
})

test('a fact that books nothing gives no row', () => {
  const none = sizeUnits(0)
  const booked = { last_quantity_units: none, reversed_quantity_units: none }
  expect(fillItems(specs, { ...corrected, ...booked })).toEqual([])
})
