// Bands of prices as the US plan known as limit up-limit down has them: distances by tier and price, when another price
// becomes the reference, and the last minutes of a day. Told by the clock of the venue, open from 9:30 to 16:00.

import type { CalendarConfig } from '../../../schemas/config/calendar.ts'
import type { PriceBandsConfig } from '../../../schemas/config/market-rules.ts'
import { dayTerms, inMicroseconds } from '../phases/trading-day.test-support.ts'
import type { Rule, RuleGroup } from './rule.test-support.ts'

const PERIODS = { reference_window_us: 300_000_000, limit_state_us: 15_000_000, pause_us: 300_000_000 }

function bands(change: Omit<PriceBandsConfig, keyof typeof PERIODS>, calendar: Partial<CalendarConfig> = {}) {
  return dayTerms(
    { price_bands: { ...PERIODS, ...change } },
    {
      sessions: [{ days: ['thu', 'fri'], open: '09:30', close: '16:00' }],
      opening_auction: false,
      closing_auction: false,
      ...calendar,
    },
  )
}

const TIER_1 = bands({ plan: 'us_luld' })
const WITH_CLOSE = bands({ plan: 'us_luld' }, { closing_auction: true })
const TIER_2 = bands({ plan: 'us_luld', tier_2: ['X.sim'] })
const PILOT = bands({ plan: 'us_luld_pilot' })
const PILOT_TIER_2 = bands({ plan: 'us_luld_pilot', tier_2: ['X.sim'] })

/** The same with a halt of the script. */
function halted(from: string, to: string) {
  const halts = [{ instrument: 'X.sim', from: `1970-01-01T${from}:00Z`, to: `1970-01-01T${to}:00Z` }]
  const venues = WITH_CLOSE.venues.map((of) => ({ ...of, simulation: { ...of.simulation, halts } }))
  return { ...WITH_CLOSE, venues }
}

/** Opens with a trade at a price, in cents. */
const open = (price: number) => [`09:30:01 quote ${price - 1}/${price + 1}`, `09:30:02 trade ${price}`]

/** At a time an ask at the price is inside the upper band, and a bid there a moment later is at it. */
function upperBand(time: string, price: number): { lines: string[]; reports: string[] } {
  return {
    lines: [
      `${time}:05 quote ${price - 1}/${price}`,
      `${time}:06 a buy 5 market day`,
      `${time}:07 quote ${price}/${price + 1}`,
      `${time}:08 b buy 5 market day`,
    ],
    reports: [
      `${time}:06 a new leaves 5`,
      `${time}:06 a trade 5@${price} leaves 0`,
      `${time}:08 b new leaves 5`,
    ],
  }
}

/** The upper band stands at a price, after what came before. */
function stands(rule: string, before: readonly string[], time: string, price: number, terms = TIER_1): Rule {
  const { lines, reports } = upperBand(time, price)
  return [rule, [...before, ...lines].map(inMicroseconds), reports.map(inMicroseconds), terms]
}

function played(rule: string, lines: readonly string[], reports: readonly string[], terms = TIER_1): Rule {
  return [rule, lines.map(inMicroseconds), reports.map(inMicroseconds), terms]
}

const PLAN =
  'Plan to Address Extraordinary Market Volatility, sections V, VI and appendix A: https://docslib.org/doc/4444933/amendment-no-8-of-the-plan-to-address-extraordinary'

export const BAND_DISTANCES: RuleGroup = {
  group: 'price bands: distances',
  sources: [PLAN, 'its own page: https://luldplan.com'],
  rules: [
    stands('tier 1 above three dollars stands at five per cent', open(1_000), '09:32', 1_050),
    stands('tier 2 above three dollars stands at ten per cent', open(1_000), '09:32', 1_100, TIER_2),
    stands('at three dollars either tier stands at twenty per cent', open(300), '09:32', 360),
    stands('at three dollars tier 2 does, too', open(300), '09:32', 360, TIER_2),
    stands('a cent above three dollars is above', open(301), '09:32', 316),
    stands('at 75 cents twenty per cent still hold', open(75), '09:32', 90),
    stands(
      'of an instrument that closed at 75 cents they do, too, wherever it is now',
      [...open(75), '2/09:30:01 quote 99/101', '2/09:30:02 trade 100'],
      '2/09:32',
      120,
    ),
    stands('below 75 cents fifteen cents hold', open(50), '09:32', 65),
    stands('below 75 cents 75 per cent hold where they are less', open(10), '09:32', 18),
    stands(
      'the price of the day before decides which percentage holds, not that of the day',
      [...open(290), '2/09:30:01 quote 309/311', '2/09:30:02 trade 310'],
      '2/09:32',
      372,
    ),
    played(
      'a seller at the lower band stops trading, too',
      [...open(1_000), '09:32 quote 949/950', '09:32:01 a sell 5 market day', '09:32:02 quote 951/952'],
      ['09:32:01 a new leaves 5', '09:32:02 a trade 5@951 leaves 0'],
    ),
  ],
}

export const BAND_REFERENCE: RuleGroup = {
  group: 'price bands: the reference price',
  sources: [PLAN],
  rules: [
    stands(
      'a mean less than one per cent away leaves the reference as it is',
      [...open(1_000), '09:31 trade 1018'],
      '09:31',
      1_050,
    ),
    stands(
      'a mean one per cent away becomes the reference',
      [...open(1_000), '09:31 trade 1020'],
      '09:31',
      // Of 1010 five per cent are 50.5, on the nearest cent.
      1_061,
    ),
    played(
      'a reference stays for thirty seconds, whatever the mean is by then',
      [
        ...open(1_000),
        '09:30:10 trade 1040',
        '09:30:20 quote 1050/1051',
        '09:30:21 a buy 5 market day',
        '09:30:31 quote 1050/1051',
        '09:30:32 quote 1050/1051',
      ],
      ['09:30:21 a new leaves 5', '09:30:32 a trade 5@1051 leaves 0'],
    ),
    played(
      'each reference stays so long',
      // 1020 from 9:30:32 on; the mean of 1045 is not looked at before 9:31:02.
      [
        ...open(1_000),
        '09:30:10 trade 1040',
        '09:30:32 quote 999/1001',
        '09:30:40 trade 1070',
        '09:30:41 trade 1070',
        '09:30:50 quote 1071/1072',
        '09:30:51 a buy 5 market day',
        '09:31:01 quote 1071/1072',
        '09:31:02 quote 1071/1072',
      ],
      ['09:30:51 a new leaves 5', '09:31:02 a trade 5@1072 leaves 0'],
    ),
    stands('without a trade in the window the reference stays', open(1_000), '09:40', 1_050),
    stands(
      'of a window that moves on the mean is looked at with each row',
      // The first two are out of it at 9:36.
      [...open(1_000), '09:30:03 trade 1000', '09:34 trade 1020'],
      '09:36',
      1_071,
    ),
    stands(
      'behind a pause the first price is the reference',
      [
        ...open(1_000),
        '09:31 quote 1060/1061',
        '09:36:15 time',
        '09:36:16 quote 1199/1201',
        '09:36:17 trade 1200',
      ],
      '09:37',
      1_260,
    ),
    stands(
      'bands of a configuration of its own may keep their reference likewise',
      [...open(1_000), '09:31 trade 1050'],
      '09:31',
      // The mean of 1025 is less than three per cent away.
      1_100,
      bands({ basis_points: 1_000, reference_change_basis_points: 300 }),
    ),
  ],
}

export const BAND_PERIODS: RuleGroup = {
  group: 'price bands: opening and close',
  sources: [
    PLAN,
    'its eighteenth amendment, 83 FR 66464: https://regulations.justia.com/regulations/fedreg/2018/12/26/2018-27819.html',
    'a pause at or behind 15:50, Nasdaq 4754(b)(6): https://lexbuild.dev/fr/2021/03/2021-04307, http://nasdaqtrader.com/TraderNews.aspx?id=ETA2014-3',
  ],
  rules: [
    stands('in the last 25 minutes tier 1 stands twice as far', open(1_000), '15:35', 1_100),
    played(
      'it does from the minute on, with the first row',
      [
        ...open(1_000),
        '15:34:50 quote 1050/1051',
        '15:34:51 a buy 5 market day',
        '15:34:59 quote 1050/1051',
        '15:35 quote 1050/1051',
      ],
      ['15:34:51 a new leaves 5', '15:35 a trade 5@1051 leaves 0'],
    ),
    stands('tier 2 above three dollars does not any more', open(1_000), '15:35', 1_100, TIER_2),
    stands('tier 2 up to three dollars does', open(300), '15:35', 420, TIER_2),
    stands('below 75 cents thirty cents hold then', open(50), '15:35', 80),
    stands(
      'on a day that closes early these are the last 25 minutes before',
      open(1_000),
      '12:35',
      1_100,
      bands({ plan: 'us_luld' }, { early_closes: [{ date: '1970-01-01', close: '13:00' }] }),
    ),
    stands(
      'a minute before they are not',
      open(1_000),
      '12:34',
      1_050,
      bands({ plan: 'us_luld' }, { early_closes: [{ date: '1970-01-01', close: '13:00' }] }),
    ),
    stands('the first minutes are like others', open(1_000), '09:31', 1_050),
    stands('in the pilot the first 15 minutes were wide', open(1_000), '09:44', 1_100, PILOT),
    stands('and no longer', open(1_000), '09:45', 1_050, PILOT),
    stands('in the pilot tier 2 was wide before the close', open(1_000), '15:35', 1_200, PILOT_TIER_2),
    stands(
      'bands of a configuration of its own may be wide likewise, before the close',
      open(1_000),
      '15:55',
      1_040,
      bands({ basis_points: 200, wide_before_close_us: 300_000_000 }),
    ),
    stands(
      'and behind the opening',
      open(1_000),
      '09:34',
      1_040,
      bands({ basis_points: 200, wide_after_open_us: 300_000_000 }),
    ),
    played(
      'a pause that is not over ten minutes before the close lasts to it, and ends with the closing auction',
      [
        ...open(1_000),
        '10:00 a buy 5 market cls',
        '10:01 b buy 5 limit 1300 day',
        '15:45:30 quote 1100/1101 10x10',
        '15:52 quote 1210/1211 10x10',
        '16:01 time',
      ],
      [
        '10:00 a new leaves 5',
        '10:01 b new leaves 5',
        '10:01 b trade 5@1001 leaves 0',
        '16:00 a trade 5@1211 leaves 0',
      ],
      WITH_CLOSE,
    ),
    played(
      'one that is over by then ends as others do',
      [
        ...open(1_000),
        '10:00 a buy 5 market cls',
        '15:44:30 quote 1100/1101 10x10',
        '15:49:46 quote 1210/1211 10x10',
        '15:49:47 b buy 5 market day',
        '16:01 time',
      ],
      [
        '10:00 a new leaves 5',
        '15:49:47 b new leaves 5',
        '15:49:47 b trade 5@1211 leaves 0',
        '16:00 a trade 5@1211 leaves 0',
      ],
      WITH_CLOSE,
    ),
    // Of the last ten minutes is a pause that exists at 15:50 or later: at its end a pause is over, like all that lasts here.
    played(
      'one that ends exactly ten minutes before the close is over by then',
      [
        ...open(1_000),
        '10:00 a buy 5 market cls',
        '15:44:45 quote 1100/1101 10x10',
        '15:50:00.5 quote 1210/1211 10x10',
        '15:50:01 b buy 5 market day',
        '16:01 time',
      ],
      [
        '10:00 a new leaves 5',
        '15:50:01 b new leaves 5',
        '15:50:01 b trade 5@1211 leaves 0',
        '16:00 a trade 5@1211 leaves 0',
      ],
      WITH_CLOSE,
    ),
    played(
      'and one that ends a microsecond later is not',
      [
        ...open(1_000),
        '10:00 a buy 5 market cls',
        '15:44:45.000001 quote 1100/1101 10x10',
        '15:50:00.5 quote 1210/1211 10x10',
        '15:50:01 b buy 5 market day',
        '16:01 time',
      ],
      [
        '10:00 a new leaves 5',
        '15:50:01 b new leaves 5',
        '16:00 a trade 5@1211 leaves 0',
        '16:00 b trade 5@1211 leaves 0',
      ],
      WITH_CLOSE,
    ),
    played(
      'where a day has no closing auction a pause ends as others do',
      [
        ...open(1_000),
        '15:45:30 quote 1100/1101 10x10',
        '15:52 quote 1210/1211 10x10',
        '15:52:01 a buy 5 market day',
      ],
      ['15:52:01 a new leaves 5', '15:52:01 a trade 5@1211 leaves 0'],
    ),
    played(
      'a halt that lasts over the close leaves the auction out behind such a pause, too',
      [...open(1_000), '10:00 a buy 5 market cls', '15:45:30 quote 1100/1101 10x10', '16:01 time'],
      ['10:00 a new leaves 5', '16:00 a expired leaves 0'],
      halted('15:55', '16:30'),
    ),
  ],
}
