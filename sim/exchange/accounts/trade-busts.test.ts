import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { BustsConfig } from '../../../schemas/config/market-rules.ts'
import { isoTime } from '../../../schemas/units.ts'
import {
  instrument,
  play,
  Scenario,
  specsOf,
  terms,
  account as testAccount,
  venue,
} from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'

// FIX 4.4 ExecType H (Trade Cancel) and G (Trade Correct), https://www.onixs.biz/fix-dictionary/4.4/tagNum_150.html: both
// name the trade by ExecRefID. An order that is open has the quantity to trade again; one that has ended is not restored,
// which is our rule [O9].

const ALWAYS: BustsConfig = {
  bust_probability: '1',
  correct_probability: '0',
  correct_increments: 1,
  delay_us: 100,
}
const CORRECT: BustsConfig = {
  bust_probability: '0',
  correct_probability: '1',
  correct_increments: 3,
  delay_us: 100,
}

function bustTerms(busts: BustsConfig, latency_us = 0): SimulatedVenuesTerms {
  return terms({
    venues: [
      venue({
        simulation: { busts },
        latency: { submit_us: 0, report_us: latency_us },
        commission: { per_unit: '0.5', currency: 'USD' },
      }),
    ],
    specs: specsOf(instrument({ margin_initial: '0.01' })),
  })
}

/** What was said of trades: type, execution, the one it refers to, quantity and price, CumQty and LeavesQty. */
function trades(scenario: Scenario): string[] {
  return scenario.deliveries.flatMap(({ at_us, message }) => {
    if (message.type !== 'venue_report' || !message.report_type.startsWith('trade')) return []
    const { report_type, client_order_id, execution_id, execution_reference_id: refers } = message
    const { last_quantity_units, last_price_units, cum_quantity_units, leaves_quantity_units } = message
    return [
      `${at_us} ${client_order_id} ${report_type} ${execution_id}${refers === '' ? '' : ` of ${refers}`} ${last_quantity_units}@${last_price_units} cum ${cum_quantity_units} leaves ${leaves_quantity_units}`,
    ]
  })
}

function account(scenario: Scenario) {
  const [books] = scenario.venues.books().accounts
  return { balance: books?.balance, equity: books?.equity, positions: books?.positions }
}

const UNTOUCHED = { balance: 100_000_000_000_000n, equity: 100_000_000_000_000n, positions: [] }

test('a busted trade leaves nothing behind: position, profit and commission are those without it', () => {
  const scenario = new Scenario(bustTerms(ALWAYS))
  scenario.play('1 quote 100/101', '2 a buy 5 market ioc', '50 quote 120/121')
  expect(trades(scenario)).toEqual([
    '2 a trade sim-1 5@101 cum 5 leaves 0',
    '102 a trade_cancel sim-2 of sim-1 5@101 cum 0 leaves 0',
  ])
  expect(account(scenario)).toEqual(UNTOUCHED)
})

test('an open order has the quantity to trade again, and trades it', () => {
  const scenario = new Scenario(bustTerms({ ...ALWAYS, delay_us: 10 }))
  scenario.step('1 quote 100/101 5x5')
  scenario.step('2 a buy 8 limit 101 gtc')
  scenario.step('12 time')
  scenario.step('13 time')
  expect(
    scenario.venues.books().open_orders.map(({ leaves_quantity_units }) => leaves_quantity_units),
  ).toEqual([8])
  scenario.step('14 quote 100/101 9x9')
  expect(trades(scenario)).toEqual([
    '2 a trade sim-1 5@101 cum 5 leaves 3',
    '12 a trade_cancel sim-2 of sim-1 5@101 cum 0 leaves 8',
    '14 a trade sim-3 8@101 cum 8 leaves 0',
  ])
})

test('while it is kept in a halt it has that to trade in its account, too', () => {
  const busts = { bust_probability: '1', correct_probability: '0', correct_increments: 0, delay_us: 100 }
  const halts = [{ instrument: 'X.sim', from: isoTime(50), to: isoTime(200) }]
  const from = terms({
    venues: [venue({ simulation: { busts, halts } })],
    accounts: [testAccount({ balance: '10', leverage_max: '2' })],
  })
  const scenario = new Scenario(from)
  scenario.venues.begin(0)
  scenario.step('1 quote 100/101 10x4')
  // Of twenty that its equity bears nine are asked for.
  for (const line of [
    '2 a buy 9 limit 101 gtc',
    '210 quote 99/102',
    '220 b buy 12 limit 90 gtc',
    '230 c buy 10 limit 90 gtc',
  ])
    scenario.step(line)
  expect(scenario.reports().slice(-2)).toEqual(['220 b rejected insufficient_margin', '230 c new leaves 10'])
})

test('an order that has ended is not restored, and its count goes down by each of its trades', () => {
  const scenario = new Scenario(bustTerms(ALWAYS))
  scenario.play('1 quote 100/101 5x5', '2 a buy 8 limit 101 gtc', '3 quote 100/101 5x5', '200 quote 100/101')
  expect(trades(scenario)).toEqual([
    '2 a trade sim-1 5@101 cum 5 leaves 3',
    '3 a trade sim-2 3@101 cum 8 leaves 0',
    '102 a trade_cancel sim-3 of sim-1 5@101 cum 3 leaves 0',
    '103 a trade_cancel sim-4 of sim-2 3@101 cum 0 leaves 0',
  ])
  expect(scenario.venues.books().open_orders).toEqual([])
  expect(account(scenario)).toEqual(UNTOUCHED)
})

test('a bust names the incarnation in force', () => {
  const scenario = new Scenario(bustTerms(ALWAYS))
  scenario.play('1 quote 100/101 5x5', '2 a buy 8 limit 101 gtc', '3 b replace a 9 100')
  expect(trades(scenario).at(-1)).toBe('102 b trade_cancel sim-2 of sim-1 5@101 cum 0 leaves 9')
})

test('a corrected trade counts at its corrected price, so many increments against the order', () => {
  const corrected = new Scenario(bustTerms(CORRECT))
  corrected.play('1 quote 100/101', '2 a buy 5 market ioc', '3 b sell 2 market ioc', '300 quote 110/111')
  expect(trades(corrected)).toEqual([
    '2 a trade sim-1 5@101 cum 5 leaves 0',
    '3 b trade sim-2 2@100 cum 2 leaves 0',
    '102 a trade_correct sim-3 of sim-1 5@104 cum 5 leaves 0',
    '103 b trade_correct sim-4 of sim-2 2@97 cum 2 leaves 0',
  ])
  const plain = new Scenario(bustTerms({ ...CORRECT, correct_probability: '0' }))
  plain.play(
    '1 quote 103/104',
    '2 a buy 5 market ioc',
    '3 quote 97/98',
    '4 b sell 2 market ioc',
    '300 quote 110/111',
  )
  expect(account(corrected).equity).toEqual(account(plain).equity)
  expect(account(corrected).positions?.map(({ quantity_units }) => quantity_units)).toEqual([3])
})

test('a price that a correction could not have leaves the trade as it is', () => {
  const scenario = new Scenario(bustTerms({ ...CORRECT, correct_increments: 200 }))
  scenario.play('1 quote 100/101', '2 a sell 5 market ioc')
  expect(trades(scenario)).toEqual(['2 a trade sim-1 5@100 cum 5 leaves 0'])
})

test('which trades are taken back follows from the seed, and a venue loaded meanwhile goes on as before', () => {
  const half = bustTerms(
    { bust_probability: '0.3', correct_probability: '0.3', correct_increments: 1, delay_us: 7 },
    3,
  )
  const lines = Array.from({ length: 40 }, (_, at) => [
    `${at * 4 + 1} quote ${100 + (at % 5)}/${101 + (at % 5)} 3x3`,
    `${at * 4 + 2} o${at} ${at % 3 === 0 ? 'sell' : 'buy'} 5 limit ${101 + (at % 4)} gtc`,
  ]).flat()
  const whole = new Scenario(half)
  whole.play(...lines)
  const kinds = trades(whole).map((line) => line.split(' ')[2])
  expect(new Set(kinds)).toEqual(new Set(['trade', 'trade_cancel', 'trade_correct']))
  let scenario = new Scenario(half)
  for (const line of lines) {
    scenario.step(line)
    const writer = new CanonicalWriter(1 << 12)
    scenario.venues.save(writer)
    const next = new Scenario(half)
    next.venues.load(new CanonicalReader(writer.copy()))
    next.deliveries.push(...scenario.deliveries)
    scenario = next
  }
  scenario.finish()
  expect(trades(scenario)).toEqual(trades(whole))
  expect(account(scenario)).toEqual(account(whole))
  const other = new Scenario({ ...half, seed: 2 })
  other.play(...lines)
  expect(trades(other)).not.toEqual(trades(whole))
})

test('[M13] what only reduces ends when a bust leaves nothing to reduce', () => {
  const busts = { bust_probability: '1', correct_probability: '0', correct_increments: 0, delay_us: 10 }
  const from = terms({ venues: [venue({ simulation: { busts } })] })
  expect(
    play(
      ['1 quote 100/101', '2 o buy 5 market ioc', '3 a sell 5 limit 110 gtc reduce', '20 quote 100/101'],
      from,
    ).slice(3),
  ).toEqual(['12 o trade_cancel', '12 a canceled cum 0'])
})

test('[K2] a quantity that is taken back and trades again lowers the others of its group once', () => {
  const busts = { bust_probability: '1', correct_probability: '0', correct_increments: 0, delay_us: 100 }
  const from = terms({ venues: [venue({ simulation: { busts, takes: 'all_and_contingent' } })] })
  const scenario = new Scenario(from)
  scenario.play(
    '1 quote 105/106 50x50',
    '2 a sell 9 limit 110 gtc as=1',
    '3 b sell 9 stop 98 gtc as=2 ouo=1',
    '4 quote 110/112 4x50',
    '50 quote 105/106 50x50',
  )
  // A venue loaded before it trades again has not forgotten that the others were told.
  const again = scenario.reopened(from)
  const after = ['150 quote 110/112 4x50', '160 quote 97/99 50x50']
  for (const one of [scenario, again]) one.play(...after)
  expect(trades(scenario).slice(0, 4)).toEqual([
    '4 a trade sim-1 4@110 cum 4 leaves 5',
    '104 a trade_cancel sim-2 of sim-1 4@110 cum 0 leaves 9',
    '150 a trade sim-3 4@110 cum 4 leaves 5',
    '160 b trade sim-4 5@97 cum 5 leaves 4',
  ])
  expect(trades(again)).toEqual(trades(scenario).slice(2))
})

test('what linked orders did upon a trade stays done when that is taken back', () => {
  const busts = { bust_probability: '1', correct_probability: '0', correct_increments: 0, delay_us: 100 }
  const from = terms({ venues: [venue({ simulation: { busts, takes: 'all_and_contingent' } })] })
  expect(
    play(
      [
        '1 quote 105/106 50x50',
        '2 a sell 9 limit 110 gtc as=1',
        '3 b sell 9 stop 98 gtc as=2 oco=1',
        '4 p buy 6 limit 104 gtc as=3',
        '5 c sell 6 limit 120 gtc as=4 oto=3',
        '6 quote 110/112 4x50',
        '7 quote 103/104 50x2',
        '8 d cancel p',
        '200 quote 121/122 50x50',
      ],
      from,
    ),
  ).toEqual([
    '2 a new leaves 9',
    '3 b new leaves 9',
    '4 p new leaves 6',
    '5 c new leaves 6',
    '6 a trade 4@110 leaves 5',
    '6 b canceled cum 0',
    '7 p trade 2@104 leaves 4',
    '8 d canceled p cum 2',
    '106 a trade_cancel',
    '107 p trade_cancel',
    '200 a trade 9@110 leaves 0',
    '200 c trade 2@120 leaves 4',
    '200 c canceled cum 2',
    '300 a trade_cancel',
    '300 c trade_cancel',
  ])
})
