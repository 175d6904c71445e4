import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VenueReport } from '../../../schemas/messages/order.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'
import { decimalString } from '../../../schemas/units.ts'
import { NaiveAccount } from '../judges/naive-account.test-support.ts'
import { randomLines } from '../judges/random-lines.test-support.ts'
import { account, instrument, play, Scenario, specsOf, terms, venue } from '../scenario.test-support.ts'

const YEN_RATE = '0.0093'
const DEPOSIT = '5'

/** Two instruments, one in another currency with a multiplier, a thin deposit, and two commissions. */
const thin = (leverage_max: string) =>
  terms({
    venues: [
      venue({ displayed_quantity_default: '7', commission: { basis_points: '25' } }),
      venue({ id: 'far', displayed_quantity_default: '7', commission: { per_unit: '3', currency: 'JPY' } }),
    ],
    accounts: [
      account({
        venues: ['sim', 'far'],
        balance: DEPOSIT,
        leverage_max,
        conversion_rates: { JPY: YEN_RATE },
      }),
    ],
    specs: specsOf(
      instrument({ margin_initial: '0.5', short_allowed: false }),
      instrument({
        instrument_id: 'Y.far',
        quote_currency: 'JPY',
        multiplier: '100',
        margin_initial: '0.25',
      }),
    ),
  })

function naive(leverage: string): NaiveAccount {
  return new NaiveAccount(
    [
      { price_scale: 2, size_scale: 0, multiplier: '1', rate: '1', margin: '0.5', short_allowed: false },
      {
        price_scale: 2,
        size_scale: 0,
        multiplier: '100',
        rate: YEN_RATE,
        margin: '0.25',
        short_allowed: true,
      },
    ],
    DEPOSIT,
    leverage,
  )
}

/** Two random scripts, one per instrument, taking turns. */
const lines = fc.tuple(randomLines(40), randomLines(40)).map(([x, y]) => {
  const both: string[] = []
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    if (x[i] !== undefined) both.push(`1 ${(x[i] as string).split(' ').slice(1).join(' ')}`)
    if (y[i] !== undefined) both.push(ofFar(y[i] as string))
  }
  return both
})

/** The same line for Y.far, its orders under other names. */
function ofFar(line: string): string {
  const [, subject = '', ...words] = line.split(' ')
  const renamed = words.map((word) => word.replace(/^o(-?\d+)$/, 'y$1'))
  return ['1', `${subject.replace(/^o/, 'y')}:Y.far`, ...renamed].join(' ')
}

function follow(
  scenario: Scenario,
  script: readonly string[],
  check: (line: string, reports: readonly VenueReport[]) => void,
): void {
  for (const line of script) {
    const from = scenario.deliveries.length
    scenario.step(line)
    const reports = scenario.deliveries.slice(from).map(({ message }) => message)
    check(
      line,
      reports.filter((message) => message.type === 'venue_report'),
    )
  }
}

test.each([
  ['margin', '20'],
  ['leverage', '1.5'],
])(
  'balance, equity, positions and refusals agree with an account in plain decimals, bound by %s',
  (_name, leverage) => {
    const verdicts = new Map<string, number>()
    fc.assert(
      fc.property(lines, (script) => {
        const oracle = naive(leverage)
        const scenario = new Scenario(thin(leverage))
        follow(scenario, script, (line, reports) => {
          if (line.includes(' quote')) learn(oracle, line)
          const [answer] = reports
          if (answer?.report_type === 'new' || isAccountRefusal(answer)) {
            const verdict = oracle.refusal(answer.instrument_index, answer.side, answer.order_quantity_units)
            expect(answer.reason_code).toBe(verdict)
            verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
          }
          for (const report of reports) if (!report.report_type.endsWith('rejected')) oracle.report(report)
          expectSame(scenario, oracle)
        })
      }),
      { numRuns: 300 },
    )
    // The scripts must try every answer, or they prove nothing.
    for (const verdict of ['', 'short_not_allowed', 'insufficient_margin']) {
      expect(verdicts.get(verdict) ?? 0).toBeGreaterThan(30)
    }
  },
)

function isAccountRefusal(report: VenueReport | undefined): report is VenueReport {
  if (report?.report_type !== 'rejected') return false
  return report.reason_code === 'insufficient_margin' || report.reason_code === 'short_not_allowed'
}

function learn(oracle: NaiveAccount, line: string): void {
  const [, subject = '', prices = ''] = line.split(' ')
  const [bid = 0, ask = 0] = prices.split('/').map(Number)
  oracle.quote(subject === 'quote' ? 0 : 1, bid, ask)
}

function expectSame(scenario: Scenario, oracle: NaiveAccount): void {
  const bookings = scenario.deliveries.length + 1
  const [books] = scenario.venues.books().accounts
  // A commission, a cost of a partial close and a conversion are each rounded once, by at most half of 10^-8.
  expect(difference(books?.equity, oracle.equity())).toBeLessThanOrEqual(1e-8 * bookings)
  expect(difference(books?.balance, oracle.balance())).toBeLessThanOrEqual(1.5e-8 * bookings)
  expect(positions(scenario)).toEqual([oracle.position(0).toNumber(), oracle.position(1).toNumber()])
}

function difference(money: bigint | undefined, expected: Decimal): number {
  return new Decimal(decimalString(money ?? 0n, 8)).minus(expected).abs().toNumber()
}

function positions(scenario: Scenario): number[] {
  const held = scenario.venues.books().accounts[0]?.positions ?? []
  return ['X.sim', 'Y.far'].map(
    (id) => held.find((position) => position.instrument_id === id)?.quantity_units ?? 0,
  )
}

function booksAfter(script: readonly string[], from = terms()) {
  const scenario = new Scenario(from)
  scenario.play(...script)
  return scenario.venues.books()
}

test('a round trip realizes its profit at average cost and a flip opens at the price of the flip', () => {
  const script = [
    '1 quote 1000/1000 50x50',
    '2 a buy 10 market day',
    '3 quote 1200/1200 50x50',
    '4 b buy 10 market day',
    '5 quote 1300/1300 50x50',
    '6 c sell 25 market day',
  ]
  expect(booksAfter(script)).toEqual({
    accounts: [
      {
        account_id: 'main',
        currency: 'USD',
        // 20 units bought at 11.00 on average, sold at 13.00.
        balance: 1_000_040_00000000n,
        equity: 1_000_040_00000000n,
        positions: [{ instrument_id: 'X.sim', quantity_units: -5, open_cost: -65_00000000n }],
      },
    ],
    open_orders: [],
  })
})

test('a close in part takes its proportion of the cost, to the even of two as near', () => {
  const balanceAfter = (first: number, second: number, sold: number) => {
    const scenario = new Scenario()
    scenario.play(
      ...[
        '1 quote 100/100',
        `2 a buy ${first} market ioc`,
        '3 quote 101/101',
        `4 b buy ${second} market ioc`,
      ],
      ...['5 quote 100/100', `6 c sell ${sold} market ioc`],
    )
    return scenario.venues.books().accounts[0]?.balance
  }
  const DEPOSIT = 100_000_000_000_000n
  // Of 3.01 two thirds are 2.00666666|6, and of 128.01 one in 128 is 1.00007812|5.
  expect(balanceAfter(2, 1, 2)).toBe(DEPOSIT - 666_667n)
  expect(balanceAfter(127, 1, 1)).toBe(DEPOSIT - 7_812n)
})

test('profit not realized counts at the side that would close', () => {
  const long = booksAfter(['1 quote 1000/1001 50x50', '2 a buy 10 market day', '3 quote 1010/1020 50x50'])
  const short = booksAfter(['1 quote 1000/1001 50x50', '2 a sell 10 market day', '3 quote 1010/1020 50x50'])
  expect([long.accounts[0]?.equity, short.accounts[0]?.equity]).toEqual([
    1_000_000_90000000n,
    999_998_00000000n,
  ])
})

test('resting orders count at their worst case until they are canceled', () => {
  const small = terms({ accounts: [account({ balance: '10', leverage_max: '1' })] })
  const script = [
    '1 quote 100/100 50x50',
    '2 a buy 6 limit 99 day',
    '3 b buy 5 limit 99 day',
    '4 c sell 6 limit 101 day',
    '5 d cancel a',
    '6 e buy 5 limit 99 day',
  ]
  expect(play(script, small)).toEqual([
    '2 a new leaves 6',
    '3 b rejected insufficient_margin',
    '4 c new leaves 6',
    '5 d canceled a cum 0',
    '6 e new leaves 5',
  ])
})

test('where no short is allowed, all resting sells together may sell no more than is held', () => {
  const longOnly = terms({ specs: specsOf(instrument({ short_allowed: false })) })
  const script = [
    '1 quote 100/100 50x50',
    '2 a buy 10 market day',
    '3 b sell 6 limit 105 day',
    '4 c sell 5 limit 105 day',
    '5 d sell 4 limit 105 day',
    '6 e replace b 7 105',
  ]
  expect(play(script, longOnly).slice(2)).toEqual([
    '3 b new leaves 6',
    '4 c rejected short_not_allowed',
    '5 d new leaves 4',
    '6 e replace_rejected b short_not_allowed',
  ])
})

test('a replace that raises the exposure beyond the margin is rejected', () => {
  const small = terms({ accounts: [account({ balance: '10', leverage_max: '1' })] })
  expect(
    play(
      ['1 quote 100/100 50x50', '2 a buy 6 limit 99 day', '3 b replace a 11 99', '4 c replace a 10 99'],
      small,
    ),
  ).toEqual([
    '2 a new leaves 6',
    '3 b replace_rejected a insufficient_margin',
    '4 c replaced a 10@99 leaves 10',
  ])
})

test('an account under water can still reduce its position', () => {
  const small = terms({ accounts: [account({ balance: '10', leverage_max: '4' })] })
  const script = [
    '1 quote 100/100 50x50',
    '2 a buy 40 market day',
    '3 quote 50/50 50x50',
    '4 b buy 1 market day',
    '5 c sell 10 market day',
  ]
  expect(play(script, small).slice(2)).toEqual([
    '4 b rejected insufficient_margin',
    '5 c new leaves 10',
    '5 c trade 10@50 leaves 0',
  ])
})

test('two accounts at one venue share the displayed size and nothing else', () => {
  const two = terms({ accounts: [account(), account({ id: 'other', balance: '5' })] })
  const scenario = new Scenario(two)
  const reports = scenario.play(
    '1 quote 100/101 10x10',
    '2 a buy 8 market day',
    '3 b:X.sim:other buy 4 market day',
  )
  expect(reports).toEqual([
    '2 a new leaves 8',
    '2 a trade 8@101 leaves 0',
    '3 b new leaves 4',
    '3 b trade 2@101 leaves 2',
    '3 b trade 2@102 leaves 0',
  ])
  expect(scenario.venues.books().accounts.map(({ equity }) => equity)).toEqual([
    999_999_92000000n,
    4_94000000n,
  ])
})

test.each([
  ['a quote currency', terms({ accounts: [account({ currency: 'EUR' })] })],
  ['a commission currency', terms({ venues: [venue({ commission: { per_unit: '1', currency: 'CHF' } })] })],
])('%s without a conversion rate is refused at start', (_name, from) => {
  expect(() => new Scenario(from)).toThrow(OperatingError)
})

test('a displayed quantity of less than a lot is refused at start', () => {
  const from = terms({
    venues: [venue({ displayed_quantity_default: '5' })],
    specs: specsOf(instrument({ lot: '10' })),
  })
  expect(() => new Scenario(from)).toThrow(OperatingError)
})
