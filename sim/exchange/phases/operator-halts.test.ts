import { expect, test } from 'vitest'
import { must } from '../../../schemas/assert.ts'
import type { InstrumentId, VenueId } from '../../../schemas/ids.ts'
import type { HaltAct } from '../../../schemas/messages/market-act.ts'
import { isoTime } from '../../../schemas/units.ts'
import { instrument, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'
import { dayTerms, inMicroseconds, withClock } from './trading-day.test-support.ts'

/** Plays lines, `15 halt` and `25 resume` among them; venues are loaded anew before each where `reloads`. */
function played(lines: readonly string[], from: SimulatedVenuesTerms, reloads = false): Scenario {
  let scenario = new Scenario(from)
  for (const line of lines) {
    if (reloads) {
      const next = scenario.reopened(from)
      next.deliveries.push(...scenario.deliveries)
      scenario = next
    }
    act(scenario, line)
  }
  scenario.finish()
  return scenario
}

function act(scenario: Scenario, line: string): void {
  const [time = '', what = ''] = line.split(' ')
  if (what !== 'halt' && what !== 'resume') return scenario.step(line)
  scenario.step(`${time} time`)
  const instrument_id = 'X.sim' as InstrumentId
  const halt: HaltAct = {
    type: what,
    venue_id: 'sim' as VenueId,
    instrument_id,
    operator: 'desk',
    reason: '',
  }
  scenario.venues.exchange('sim').act(halt, Number(time))
  scenario.drainInstants()
}

/** Statuses and trades, in their order. */
function told(scenario: Scenario): string[] {
  return scenario.deliveries.flatMap(({ at_us, message }) => {
    if (message.type === 'security_status') return [`${at_us} ${message.status}`]
    if (message.type !== 'venue_report' || message.report_type !== 'trade') return []
    return [`${at_us} ${message.client_order_id} ${message.last_quantity_units}@${message.last_price_units}`]
  })
}

const CLOCK = [
  '1 quote 100/101 50x50',
  '2 a buy 5 limit 99 gtc',
  '10 halt',
  '11 b buy 5 market gtc',
  '12 quote 90/91 50x50',
  '20 resume',
  '21 quote 104/105 50x50',
  '22 quote 98/99 50x50',
]

test('[M23] around the clock an operator halts an instrument, and lets it go on with an auction', () => {
  expect(told(played(CLOCK, terms()))).toEqual([
    '10 halted',
    '20 pre_open',
    '21 trading',
    '21 b 5@105',
    '22 a 5@99',
  ])
})

test('[M23] a venue loaded before each line goes on as before', () => {
  expect(told(played(CLOCK, terms(), true))).toEqual(told(played(CLOCK, terms())))
})

test('[M23] other instruments of the venue trade on, and keep their places', () => {
  const specs = specsOf(instrument(), instrument({ instrument_id: 'Y.sim' }))
  const from = terms({ specs, venues: [venue({ simulation: { queue: { model: 'conservative' } } })] })
  const lines = [
    '1 quote 100/102 9x9',
    '1 quote:Y.sim 100/102 9x9',
    '2 a:Y.sim buy 5 limit 100 gtc',
    '3 trade:Y.sim 100 8 sell',
    '10 halt',
    '11 trade:Y.sim 100 3 sell',
  ]
  expect(told(played(lines, from))).toEqual(['10 halted', '11 a 2@100'])
})

test('[M23] orders that come while it is halted are refused as in every halt', () => {
  const lines = ['1 quote 100/101', '10 halt', '11 a buy 5 market ioc', '12 b buy 5 market gtc']
  const from = terms({ venues: [venue({ simulation: { halted_orders: 'reject' } })] })
  expect(played(lines, terms()).reports()).toEqual(['11 a rejected not_in_call', '12 b new leaves 5'])
  expect(played(lines, from, true).reports()).toEqual([
    '11 a rejected market_halted',
    '12 b rejected market_halted',
  ])
})

test('[M23] before an operator halts something a venue around the clock says of all its instruments that they trade', () => {
  const scenario = played(CLOCK.slice(0, 2), terms())
  const statuses = scenario.venues.exchange('sim').statuses(3)
  expect(statuses.map(({ instrument_id, status }) => `${instrument_id} ${status}`)).toEqual(['X.sim trading'])
})

test.each<[string, string[], string[]]>([
  ['the script’s ends first', ['10 halt', '45 resume'], ['30 halted', '45 pre_open', '50 trading']],
  ['the operator’s ends first', ['10 halt', '35 resume'], ['30 halted', '40 pre_open', '50 trading']],
])('[M23] of a halt of the script and one of an operator each lasts to its own end: %s', (_, acts, tail) => {
  const halts = [{ instrument: 'X.sim', from: isoTime(30), to: isoTime(40) }]
  const from = terms({ venues: [venue({ simulation: { halts } })] })
  const lines = ['1 quote 100/101', ...acts, '29 time', '41 time', '50 quote 100/101']
  lines.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  // The instrument is halted from 10 on, whatever else halts it at 30.
  expect(told(played(lines, from))).toEqual(['1 trading', '10 halted', ...tail.slice(1)])
})

test('[M23] what an operator has halted stays so over a close and the next opening, and under other calendars', () => {
  const lines = [
    '09:00:01 quote 100/101',
    '10:00 halt',
    '2/09:00:01 quote 100/101',
    '2/10:00 resume',
    '2/10:01 quote 100/101',
  ]
  const from = dayTerms({}, { opening_auction: false, closing_auction: false })
  const whole = told(played(lines.map(inMicroseconds), from)).map(withClock)
  expect(whole.slice(-5)).toEqual([
    '10:00 halted',
    '17:35 closed',
    '2/08:50 halted',
    '2/10:00 pre_open',
    '2/10:01 trading',
  ])
  const scenario = played(lines.slice(0, 2).map(inMicroseconds), from)
  const [spec] = from.specs
  for (const other of [dayTerms({}, { opening_cutoff_us: 1 }), terms()]) {
    const next = scenario.reopened(other)
    next.step(must(inMicroseconds('11:00 quote 100/101'), 'a line is told'))
    const status = next.venues.exchange('sim').statusOf(must(spec, 'it has an instrument'), 0)
    expect(status).toBe('halted')
  }
})
