import { expect, test } from 'vitest'
import type { CapabilityTable } from '../../engine/venue-port.ts'
import { account, instrument, play, Scenario, specsOf, terms, venue } from './scenario.test-support.ts'
import type { VenueTerms } from './simulated-venues.ts'

test('a venue says what is in its capability table, its own or the configured one', () => {
  const capabilities: CapabilityTable = { orders: { limit: ['day'] }, cancel: false, replace: false }
  const scenario = new Scenario(terms({ venues: [{ ...venue(), capabilities }] }))
  expect(scenario.venues.exchange('sim').capabilities).toEqual(capabilities)
})

test('a venue lists its own instruments only, and counts orders and executions by itself', () => {
  const both = terms({
    venues: [venue(), venue({ id: 'far' })],
    accounts: [account({ venues: ['sim', 'far'] })],
    specs: specsOf(instrument(), instrument({ instrument_id: 'Y.far' })),
  })
  const scenario = new Scenario(both)
  scenario.play(
    '1 quote 100/101',
    '1 quote:Y.far 200/201',
    '2 a buy 1 market day',
    '3 b:Y.far buy 1 market day',
    '4 c buy 1 market day',
  )
  const ids = scenario.deliveries.flatMap(({ message }) =>
    message.type === 'venue_report' && message.report_type === 'trade'
      ? [[message.venue_order_id, message.execution_id, message.instrument_id]]
      : [],
  )
  expect(ids).toEqual([
    ['sim-o1', 'sim-1', 'X.sim'],
    ['far-o1', 'far-1', 'Y.far'],
    ['sim-o2', 'sim-2', 'X.sim'],
  ])
})

test('chance comes from the seed: the same seed gives the same fills, another one other fills', () => {
  const fills = { model: 'probabilistic', slip_probability: '0.5', touch_probability: '0' } as const
  const orders = Array.from({ length: 40 }, (_, at) => `${at + 2} o${at} buy 1 market ioc`)
  const venues = [venue({ simulation: { fills } })]
  const run = (seed: number) => play(['1 quote 100/101 900x900', ...orders], terms({ venues, seed }))
  expect(run(1)).toEqual(run(1))
  expect(run(1)).not.toEqual(run(2))
})

test('a trade report carries every field of FIX that the engine books by', () => {
  const priced = terms({ venues: [venue({ commission: { basis_points: '2.5' } })] })
  const scenario = new Scenario(priced)
  scenario.play('1 quote 10000/10001 10x20', '2 a buy 25 limit 10001 day')
  expect(scenario.deliveries).toEqual([
    {
      at_us: 2,
      message: {
        type: 'send_outcome',
        outcome: 'sent',
        account_id: 'main',
        client_order_id: 'a',
        command_type: 'new_order_single',
        reason_code: '',
      },
    },
    { at_us: 2, message: { ...blank, report_type: 'new', leaves_quantity_units: 25 } },
    {
      at_us: 2,
      message: {
        ...blank,
        report_type: 'trade',
        execution_id: 'sim-1',
        last_price_units: 10001,
        last_quantity_units: 20,
        liquidity_side: 'taker',
        cum_quantity_units: 20,
        leaves_quantity_units: 5,
        // 20 at 100.01 are worth 2000.20, of which 2.5 basis points are 0.50005.
        commission: 50_005_000n,
        commission_currency: 'USD',
      },
    },
  ])
})

const blank = {
  type: 'venue_report',
  venue_id: 'sim',
  account_id: 'main',
  report_id: '',
  instrument_id: 'X.sim',
  instrument_index: 0,
  client_order_id: 'a',
  original_client_order_id: '',
  venue_order_id: 'sim-o1',
  execution_id: '',
  execution_reference_id: '',
  side: 'buy',
  last_price_units: 0,
  last_quantity_units: 0,
  liquidity_side: '',
  cum_quantity_units: 0,
  price_units: 10001,
  order_quantity_units: 25,
  commission: 0n,
  commission_currency: '',
  reason_code: '',
  reason_text: '',
  ts_event_us: 2,
}

test('what only reduces ends in the same order in a venue loaded', () => {
  const straight = new Scenario(terms())
  straight.play(
    '1 quote 100/101',
    '2 o buy 5 market ioc',
    '3 s sell 5 stop 90 gtc reduce',
    '4 t sell 5 limit 110 gtc reduce',
  )
  const again = straight.reopened(terms())
  const told = straight.reports().length
  expect(again.play('5 c sell 5 market ioc')).toEqual(straight.play('5 c sell 5 market ioc').slice(told))
})

test('an end of time is for the order of its own account, where an id that was forgotten comes again', () => {
  const from = terms({ accounts: [account(), account({ id: 'other' })], order_retention: 1 })
  expect(
    play(
      [
        ...['1 quote 100/105', '2 x buy 1 limit 99 gtd until=20', '3 c cancel x'],
        ...['4 d buy 1 market ioc', '5 e buy 1 market ioc', '6 f buy 1 market ioc'],
        ...['7 x:X.sim:other buy 1 limit 99 gtc', '21 quote 98/99'],
      ],
      from,
    ).slice(-2),
  ).toEqual(['7 x new leaves 1', '21 x trade 1@99 leaves 0'])
})

test('a venue loaded knows how much of a shown part is left, and what was taken back of less than a unit', () => {
  const shown = new Scenario(terms())
  shown.play(
    '1 quote 100/101',
    '2 a buy 9 limit 99 gtc show=4',
    '3 b buy 3 limit 99 gtc',
    '4 quote 98/99 9x3',
  )
  expect(shown.reopened(terms()).play('5 quote 98/99 9x3')).toEqual([
    '5 a trade 1@99 leaves 5',
    '5 b trade 2@99 leaves 1',
  ])
  const queue = { model: 'by_position', weight: 'linear' } as const
  const from = terms({ venues: [venue({ simulation: { queue } })] })
  const queued = new Scenario(from)
  queued.play('1 quote 100/102 10x10', '2 a buy 5 limit 100 gtc', '3 quote 100/102 20x10')
  queued.play('4 quote 100/102 19x10')
  // Twice a half of a unit is one that stood in front.
  expect(queued.reopened(from).play('5 quote 100/102 18x10', '6 trade 100 10 sell')).toEqual([
    '6 a trade 1@100 leaves 4',
  ])
})

test('each fill costs the commission, by value or by unit, a maker alike, and however small; without one trading is free', () => {
  const charged = (commission?: VenueTerms['commission']) => {
    const scenario = new Scenario(terms({ venues: [venue({ ...(commission && { commission }) })] }))
    scenario.play(
      '1 quote 100/101 3x3',
      '2 a buy 4 limit 101 gtc',
      '3 quote 100/101 3x3',
      '4 b sell 1 market ioc',
    )
    return scenario.deliveries.flatMap(({ message }) =>
      message.type === 'venue_report' && message.report_type === 'trade'
        ? [
            `${message.liquidity_side} ${message.last_quantity_units} ${message.commission} ${message.commission_currency}`,
          ]
        : [],
    )
  }
  expect(charged({ per_unit: '0.005', currency: 'USD' })).toEqual([
    'taker 3 1500000 USD',
    'maker 1 500000 USD',
    'taker 1 500000 USD',
  ])
  expect(charged({ basis_points: '1' })).toEqual([
    'taker 3 30300 USD',
    'maker 1 10100 USD',
    'taker 1 10000 USD',
  ])
  expect(charged()).toEqual(['taker 3 0 USD', 'maker 1 0 USD', 'taker 1 0 USD'])
})
