import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { RIGHT_CONFIG } from './config-text.test-support.ts'
import { parseConfig } from './load-config.ts'

const CALENDAR = `calendars:
  - id: nyse
    time_zone: America/New_York
    sessions:
      - {days: [mon, tue, wed, thu, fri], pre_open: "04:00", open: "09:30", close: "16:00"}
    opening_auction: true
    closing_auction: true
    holidays: [2024-12-25]
    early_closes: [{date: 2024-11-29, close: "13:00"}]
`
const TEXT = `${RIGHT_CONFIG.replace('  - id: fxcm\n', '  - id: fxcm\n    calendar: nyse\n    simulation: {halts: [{instrument: EURUSD.fxcm, from: 2014-05-07, to: 2014-05-08}]}\n')}${CALENDAR}`

function load(text: string) {
  return parseConfig({ text, file: 'a.yaml', base_directory: '/tmp', set: [], environment: {} })
}

test('a calendar is filled in with the offsets of its zone, and loads again unchanged', async () => {
  const first = await load(TEXT)
  const [calendar] = must(first.config.calendars, 'the file has calendars')
  const { utc_offsets, ...rest } = must(calendar, 'the file has a calendar')
  expect(rest).toEqual({
    id: 'nyse',
    time_zone: 'America/New_York',
    sessions: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri'], pre_open: '04:00', open: '09:30', close: '16:00' },
    ],
    opening_auction: true,
    closing_auction: true,
    opening_cutoff_us: 0,
    closing_cutoff_us: 0,
    holidays: ['2024-12-25'],
    early_closes: [{ date: '2024-11-29', close: '13:00' }],
  })
  expect(utc_offsets.slice(0, 2)).toEqual(['1970-01-01T00:00:00Z -05:00', '1970-04-26T07:00:00Z -04:00'])
  expect(utc_offsets).toContain('2024-03-10T07:00:00Z -04:00')
  const again = await load(JSON.stringify(first.config))
  expect(again.config).toEqual(first.config)
  expect(again.config_hash).toBe(first.config_hash)
})

test('a table of offsets that the file brings is kept', async () => {
  const { config } = await load(`${TEXT}    utc_offsets: ["1970-01-01T00:00:00Z -05:00"]\n`)
  expect(config.calendars?.[0]?.utc_offsets).toEqual(['1970-01-01T00:00:00Z -05:00'])
})

const FAULTS: readonly (readonly [name: string, from: string, to: string, problem: string])[] = [
  ['a zone that is none', 'America/New_York', 'America/Nowhere', 'there is no time zone America/Nowhere'],
  ['an unknown calendar', 'calendar: nyse', 'calendar: nasdaq', 'the calendar nasdaq is unknown'],
  ['a day that does not exist', '2024-12-25', '2024-02-30', '2024-02-30 is no day that exists'],
  ['an early close on no day', '2024-11-29', '2024-13-29', '2024-13-29 is no day that exists'],
  ['sessions that overlap', 'days: [mon, tue', 'days: [mon, mon, tue', 'two sessions overlap'],
  ['a call behind the close', 'close: "16:00"', 'closing_call: "16:30", close: "16:00"', 'is not between'],
  ['a halt that ends first', 'to: 2014-05-08', 'to: 2014-05-07', 'the halt ends before it begins'],
  [
    'bands that stand nowhere',
    'simulation: {',
    'simulation: {price_bands: {pause_us: 1}, ',
    'bands stand at basis_points, or as a plan says',
  ],
  [
    'bands that stand at two distances',
    'simulation: {',
    'simulation: {price_bands: {basis_points: 1, plan: us_luld}, ',
    'bands stand at basis_points, or as a plan says',
  ],
  [
    'tiers of no plan',
    'simulation: {',
    'simulation: {price_bands: {basis_points: 1, tier_2: [EURUSD.fxcm]}, ',
    'tiers are those of a plan',
  ],
  [
    'a tier of another venue',
    'simulation: {',
    'simulation: {price_bands: {plan: us_luld, tier_2: [EURUSD.other]}, ',
    'EURUSD.other is not of the venue fxcm',
  ],
  [
    'a tier of an instrument that the venue has not',
    'simulation: {',
    'simulation: {price_bands: {plan: us_luld, tier_2: [EURUSS.fxcm]}, ',
    'the instrument EURUSS.fxcm is unknown. Did you mean EURUSD.fxcm?',
  ],
  [
    'a plan with periods beside its own',
    'simulation: {',
    'simulation: {price_bands: {plan: us_luld, wide_after_open_us: 1}, ',
    'the plan us_luld has periods of its own',
  ],
  [
    'a plan without days',
    'calendar: nyse\n    simulation: {',
    'simulation: {price_bands: {plan: us_luld}, ',
    'a plan goes by the days of a calendar',
  ],
  [
    'a halt elsewhere',
    'instrument: EURUSD.fxcm, from',
    'instrument: EURUSD.oanda, from',
    'is not of the venue fxcm',
  ],
  [
    'halts that overlap',
    'to: 2014-05-08}',
    'to: 2014-05-08}, {instrument: EURUSD.fxcm, from: 2014-05-07T12:00:00Z, to: 2014-05-09}',
    'two halts of EURUSD.fxcm overlap',
  ],
]

test.each(FAULTS)('%s is reported', async (_, from, to, problem) => {
  expect(TEXT).toContain(from)
  await expect(load(TEXT.replace(from, to))).rejects.toThrow(problem)
})

test('an instrument that names a calendar is of its zone', async () => {
  const instrument = (calendar: string, time_zone: string) => `${CALENDAR}instruments:
  - {asset_class: equity, instrument_id: IBM.fxcm, price_scale: 2, size_scale: 0, increments: [{price_increment: "0.01"}],
     lot: "1", quantity_min: "1", multiplier: "1", quote_currency: USD, calendar: ${calendar}, time_zone: ${time_zone},
     allow_non_positive_price: false, margin_initial: "0.5", short_allowed: true, aliases: [], corporate_actions: []}
`
  const { config } = await load(`${RIGHT_CONFIG}${instrument('nyse', 'America/New_York')}`)
  expect(config.instruments[0]?.calendar).toBe('nyse')
  await expect(load(`${RIGHT_CONFIG}${instrument('nyse', 'UTC')}`)).rejects.toThrow('is of America/New_York')
  await expect(load(`${RIGHT_CONFIG}${instrument('lse', 'UTC')}`)).rejects.toThrow(
    'the calendar lse is unknown',
  )
})
