// What the venue refuses, and by which code. Every code of reject-code.ts is here.

import type { CapabilityTable } from '../../../engine/venue-port.ts'
import type { CalendarConfig } from '../../../schemas/config/calendar.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { calendar, clockUs } from '../phases/trading-day.test-support.ts'
import { account, instrument, specsOf, terms, venue } from '../scenario.test-support.ts'
import type { RuleGroup } from './rule.test-support.ts'

const START = '1 quote 100/105'

/** Prices in steps of five from 100 on, quantities in tens from twenty on, no short sales. */
const coarse = terms({
  specs: specsOf(
    instrument({
      increments: [{ price_from: '1', price_increment: '0.05' }],
      lot: '10',
      quantity_min: '20',
      short_allowed: false,
    }),
  ),
})

export const BAD_ORDERS: RuleGroup = {
  group: 'refusals, what an order must be',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_103.html (13 incorrect quantity, 15 unknown account)',
    'https://www.onixs.biz/fix-dictionary/latest/tagNum_103.html (18 invalid price increment)',
  ],
  terms: coarse,
  rules: [
    ['an instrument has a price first', ['1 a buy 20 limit 100 day'], ['1 a rejected no_market']],
    ['a price between increments', [START, '2 a buy 20 limit 101 day'], ['2 a rejected price_off_increment']],
    [
      'a price for which no increment is defined',
      [START, '2 a buy 20 limit 50 day'],
      ['2 a rejected price_no_increment'],
    ],
    ['a price of zero', [START, '2 a buy 20 limit 0 day'], ['2 a rejected price_not_positive']],
    ['a fractional price', [START, '2 a buy 20 limit 100.5 day'], ['2 a rejected price_out_of_range']],
    [
      'a stop price is held to the same',
      [START, '2 a buy 20 stop 107 day', '3 b buy 20 stop_limit 110 112 day'],
      ['2 a rejected price_off_increment', '3 b rejected price_off_increment'],
    ],
    ['a quantity between lots', [START, '2 a buy 25 market day'], ['2 a rejected quantity_off_lot']],
    [
      'a quantity below the minimum',
      [START, '2 a buy 10 market day'],
      ['2 a rejected quantity_below_minimum'],
    ],
    ['a quantity of zero', [START, '2 a buy 0 market day'], ['2 a rejected quantity_not_positive']],
    ['a fraction of a unit', [START, '2 a buy 20.5 market day'], ['2 a rejected quantity_out_of_range']],
    [
      'a displayed part between lots',
      [START, '2 a buy 40 limit 100 day show=25'],
      ['2 a rejected display_quantity'],
    ],
    ['a trail without an offset', [START, '2 a buy 20 trailing_stop 0 day'], ['2 a rejected trail_offset']],
    ['a date that is past', [START, '2 a buy 20 limit 100 gtd until=2'], ['2 a rejected expire_time_past']],
    [
      'an account that does not trade here',
      [START, '2 a:X.sim:other buy 20 market day'],
      ['2 a rejected unknown_account'],
    ],
  ],
}

const limitOnly: CapabilityTable = {
  orders: { limit: ['day'], stop: ['day'] },
  cancel: false,
  replace: false,
}

export const CAPABILITIES: RuleGroup = {
  group: "refusals, what is not in the venue's table",
  sources: ['https://www.onixs.biz/fix-dictionary/4.4/tagNum_103.html (11 unsupported order characteristic)'],
  terms: terms({ venues: [{ ...venue(), capabilities: limitOnly }] }),
  rules: [
    ['a type', [START, '2 a buy 5 market day'], ['2 a rejected unsupported_order_type']],
    ['a time in force', [START, '2 a buy 5 limit 101 gtc'], ['2 a rejected unsupported_order_type']],
    [
      'a price to watch',
      [START, '2 a buy 5 stop 110 day by=last'],
      ['2 a rejected unsupported_trigger_method'],
    ],
    [
      'instructions',
      [
        START,
        '2 a buy 5 limit 101 day post',
        '3 b buy 5 limit 101 day reduce',
        '4 c buy 5 limit 101 day show=2',
      ],
      [
        '2 a rejected unsupported_instruction',
        '3 b rejected unsupported_instruction',
        '4 c rejected unsupported_instruction',
      ],
    ],
    [
      'cancels and replaces',
      [START, '2 a buy 5 limit 101 day', '3 c cancel a', '4 d replace a 6 101'],
      [
        '2 a new leaves 5',
        '3 c cancel_rejected a unsupported_cancel',
        '4 d replace_rejected a unsupported_replace',
      ],
    ],
  ],
}

const poor = terms({ accounts: [account({ balance: '10', leverage_max: '2' })] })
const noShorts = terms({ specs: specsOf(instrument({ short_allowed: false })) })

export const MEANS: RuleGroup = {
  group: 'refusals, what an account may not have',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_103.html (3 order exceeds limit)',
    'the worst case of all open orders counts: ours, as in assumptions.ts',
  ],
  rules: [
    [
      'more than equity covers at its leverage',
      [START, '2 a buy 21 limit 100 day', '3 b buy 20 limit 100 day'],
      ['2 a rejected insufficient_margin', '3 b new leaves 20'],
      poor,
    ],
    [
      'open orders count at their worst case',
      [START, '2 a buy 10 limit 100 day', '3 b buy 11 limit 100 day', '4 c sell 10 limit 110 day'],
      ['2 a new leaves 10', '3 b rejected insufficient_margin', '4 c new leaves 10'],
      poor,
    ],
    [
      'an order that only closes needs nothing',
      [START, '2 a buy 19 market ioc', '3 quote 60/61', '4 b sell 19 limit 70 day'],
      ['2 a new leaves 19', '2 a trade 19@105 leaves 0', '4 b new leaves 19'],
      poor,
    ],
    [
      'a triggered stop the account cannot bear any more is canceled',
      [START, '2 a buy 19 stop 110 gtc', '3 b buy 10 limit 100 day', '4 quote 110/111'],
      ['2 a new leaves 19', '3 b new leaves 10', '4 a triggered', '4 a canceled cum 0'],
      poor,
    ],
    [
      'one that only reduces is not asked what it would weigh',
      [START, '2 a buy 19 market ioc', '3 b sell 60 stop 95 gtc reduce', '4 quote 94/95'],
      [
        '2 a new leaves 19',
        '2 a trade 19@105 leaves 0',
        '3 b new leaves 60',
        '4 b triggered',
        '4 b trade 19@94 leaves 41',
        '4 b canceled cum 19',
      ],
      poor,
    ],
    [
      'a replace asks for what it adds, but of an order that waits for its trigger or only reduces',
      [
        START,
        '2 a buy 10 limit 100 day',
        '3 b replace a 21 100',
        '4 c buy 5 stop 110 gtc',
        '5 d replace c 90 0 110',
        '6 e cancel a',
        '7 f buy 19 market ioc',
        '8 g sell 5 limit 110 gtc reduce',
        '9 h replace g 90 110',
      ],
      [
        '2 a new leaves 10',
        '3 b replace_rejected a insufficient_margin',
        '4 c new leaves 5',
        '5 d replaced c 90@0 leaves 90',
        '6 e canceled a cum 0',
        '7 f new leaves 19',
        '7 f trade 19@105 leaves 0',
        '8 g new leaves 5',
        '9 h replaced g 90@110 leaves 90',
      ],
      poor,
    ],
    ['a short sale', [START, '2 a sell 5 market day'], ['2 a rejected short_not_allowed'], noShorts],
    [
      'all resting sells together sell no more than is held',
      [START, '2 a buy 5 market day', '3 b sell 3 limit 110 day', '4 c sell 3 limit 110 day'],
      ['2 a new leaves 5', '2 a trade 5@105 leaves 0', '3 b new leaves 3', '4 c rejected short_not_allowed'],
      noShorts,
    ],
  ],
}

const two = terms({
  venues: [venue(), venue({ id: 'far' })],
  accounts: [account({ venues: ['sim', 'far'] }), account({ id: 'other', venues: ['sim'] })],
  specs: specsOf(instrument(), instrument({ instrument_id: 'Y.far' })),
})

export const NAMES: RuleGroup = {
  group: 'refusals, names',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_103.html (1 unknown symbol, 6 duplicate order)',
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_102.html (0 too late to cancel, 1 unknown order, 6 duplicate ClOrdID)',
    'https://www.onixs.biz/fix-dictionary/4.3/app_d7a.html (cancel of an unknown order)',
  ],
  terms: two,
  rules: [
    [
      'an instrument of another venue',
      [START, '1 quote:Y.far 10/11', '2 a:Y.far:main:sim buy 5 market day'],
      ['2 a rejected unknown_instrument'],
    ],
    [
      'an account of another venue',
      ['1 quote:Y.far 10/11', '2 a:Y.far:other buy 5 market day'],
      ['2 a rejected unknown_account'],
    ],
    [
      'an id of an open order, a finished one, or one that was refused',
      [
        '1 x buy 1 market day',
        '2 quote 100/105',
        '3 x buy 1 market day',
        '4 a buy 1 limit 99 day',
        '5 a buy 1 limit 99 day',
        '6 b buy 1 market day',
        '7 b buy 1 market day',
      ],
      [
        '1 x rejected no_market',
        '3 x rejected duplicate_client_order_id',
        '4 a new leaves 1',
        '5 a rejected duplicate_client_order_id',
        '6 b new leaves 1',
        '6 b trade 1@105 leaves 0',
        '7 b rejected duplicate_client_order_id',
      ],
    ],
    [
      'a replace under an id that is known',
      [START, '2 a buy 5 limit 99 day', '3 b buy 5 limit 98 day', '4 b replace a 6 99'],
      ['2 a new leaves 5', '3 b new leaves 5', '4 b replace_rejected a duplicate_client_order_id'],
    ],
    [
      'a refused cancel does not use up the id it asked for',
      [START, '2 c cancel a', '3 a buy 5 limit 99 day'],
      ['2 c cancel_rejected a unknown_order', '3 a new leaves 5'],
    ],
    [
      'the order of another account',
      [START, '2 a buy 5 limit 99 day', '3 c:X.sim:other cancel a', '4 d:X.sim:other replace a 6 99'],
      ['2 a new leaves 5', '3 c cancel_rejected a unknown_order', '4 d replace_rejected a unknown_order'],
    ],
    [
      'an incarnation that was replaced, and an order that has ended',
      [
        START,
        '2 a buy 5 limit 99 day',
        '3 b replace a 5 98',
        '4 c cancel a',
        '5 d cancel b',
        '6 e replace b 6 98',
      ],
      [
        '2 a new leaves 5',
        '3 b replaced a 5@98 leaves 5',
        '4 c cancel_rejected a order_replaced',
        '5 d canceled b cum 0',
        '6 e replace_rejected b order_terminal',
      ],
    ],
    [
      'a replace to no more than is filled',
      ['1 quote 100/105 9x3', '2 a buy 5 limit 105 day', '3 b replace a 3 105'],
      ['2 a new leaves 5', '2 a trade 3@105 leaves 2', '3 b replace_rejected a quantity_not_above_filled'],
    ],
  ],
}

/** Microseconds of a day of the venue's calendar, 09:00 to 17:35. */
const at = (clock: string) => clockUs(clock)
const day = (simulation: SimulationConfig = {}, change: Partial<CalendarConfig> = {}) =>
  terms({ calendars: [calendar(change)], venues: [venue({ calendar: 'day', simulation })] })

export const HOURS: RuleGroup = {
  group: 'refusals, hours',
  sources: [
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_103.html (2 exchange closed, 4 too late to enter)',
    'https://www.onixs.biz/fix-dictionary/4.4/tagNum_102.html (0 too late to cancel)',
    'http://federal.elaws.us/fr/10/25/2018/2018-23277 (Nasdaq 4702(b)(11): orders at the close are canceled and modified until 15:50)',
    'https://developer.drivewealth.com/implementation/docs/order-workflow (orders outside hours)',
  ],
  rules: [
    [
      'an order while the venue is closed, where it keeps none',
      [`${at('08:00')} quote 100/105`, `${at('08:01')} a buy 5 market day`],
      [`${at('08:01')} a rejected market_closed`],
      day(),
    ],
    [
      'an order that cannot wait, in the call before the opening',
      [`${at('08:00')} quote 100/105`, `${at('08:55')} a buy 5 market ioc`],
      [`${at('08:55')} a rejected not_in_call`],
      day(),
    ],
    [
      'an order for an opening that takes no more of them',
      [`${at('08:00')} quote 100/105`, `${at('08:59:30')} a buy 5 market opg`],
      [`${at('08:59:30')} a rejected auction_missed`],
      day(),
    ],
    [
      'a cancel of an order at the close, within ten minutes of it',
      [
        `${at('08:00')} quote 100/105`,
        `${at('09:00:01')} quote 100/105`,
        `${at('10:00')} a buy 5 market cls`,
        `${at('17:26')} b cancel a`,
        `${at('17:36')} time`,
      ],
      [
        `${at('10:00')} a new leaves 5`,
        `${at('17:26')} b cancel_rejected a too_late_to_cancel`,
        `${at('17:35')} a trade 5@105 leaves 0`,
      ],
      day({}, { closing_cancel_cutoff_us: 600_000_000 }),
    ],
    [
      'an order during a halt, where the venue takes none',
      [
        `${at('08:00')} quote 100/105`,
        `${at('09:00:01')} quote 100/105`,
        `${at('11:01')} a buy 5 market day`,
      ],
      [`${at('11:01')} a rejected market_halted`],
      day({
        halts: [{ instrument: 'X.sim', from: '1970-01-01T11:00:00Z', to: '1970-01-01T11:30:00Z' }],
        halted_orders: 'reject',
      }),
    ],
  ],
}
