import { expect, test } from 'vitest'
import { REJECT_TEXT } from './orders/reject-code.ts'
import { AUCTION_PRINTS } from './rules/auction-prints.test-support.ts'
import {
  ADAPTIVE_BARS,
  BAR_VOLUME,
  BARS_OF_BOTH_SIDES,
  FIXED_BARS,
  LINKS_IN_BARS,
  TRAILS_IN_ADAPTIVE_BARS,
  TRAILS_IN_FIXED_BARS,
} from './rules/bars.test-support.ts'
import { CANCEL_REPLACE } from './rules/cancel-replace.test-support.ts'
import { DATA_KINDS } from './rules/data-kinds.test-support.ts'
import { DATA_STANDS, DEEP_LEVELS, FRONTS, TRADED_SHARES } from './rules/deep-books.test-support.ts'
import { FILL_MODELS } from './rules/fill-models.test-support.ts'
import { INSTRUCTIONS } from './rules/instructions.test-support.ts'
import { LIMIT } from './rules/limit-orders.test-support.ts'
import {
  ONE_CANCELS_OTHERS,
  ONE_TRIGGERS_OTHERS,
  ONE_UPDATES_OTHERS,
} from './rules/linked-orders.test-support.ts'
import { MARKET, MARKET_TO_LIMIT } from './rules/market-orders.test-support.ts'
import { BAND_DISTANCES, BAND_PERIODS, BAND_REFERENCE } from './rules/price-bands.test-support.ts'
import { QUEUES_OVER_HALTS } from './rules/queues-over-halts.test-support.ts'
import { CONNECTIONS, RACES } from './rules/races.test-support.ts'
import { BAD_ORDERS, CAPABILITIES, HOURS, MEANS, NAMES } from './rules/refusals.test-support.ts'
import type { RuleGroup } from './rules/rule.test-support.ts'
import { IF_TOUCHED, STOP, STOP_LIMIT } from './rules/stop-orders.test-support.ts'
import { GOOD_TILL_DATE, TIME_IN_FORCE } from './rules/time-in-force.test-support.ts'
import { TRAILING } from './rules/trailing-orders.test-support.ts'
import { Scenario, terms } from './scenario.test-support.ts'
import type { SimulatedVenuesTerms } from './simulated-venues.ts'

// The rules of the simulated exchange, one file of ./rules a subject, each case a small tape, orders and the exact
// reports. Sessions, auctions and halts have theirs in phases/market-phases.test.ts, queues in matching/queue-models.test.ts,
// deeper books in matching/deep-book.test.ts.
const GROUPS: readonly RuleGroup[] = [
  MARKET,
  MARKET_TO_LIMIT,
  LIMIT,
  STOP,
  STOP_LIMIT,
  IF_TOUCHED,
  TRAILING,
  TIME_IN_FORCE,
  GOOD_TILL_DATE,
  INSTRUCTIONS,
  ONE_CANCELS_OTHERS,
  ONE_UPDATES_OTHERS,
  ONE_TRIGGERS_OTHERS,
  CANCEL_REPLACE,
  RACES,
  CONNECTIONS,
  BAD_ORDERS,
  CAPABILITIES,
  MEANS,
  NAMES,
  HOURS,
  DATA_KINDS,
  FIXED_BARS,
  ADAPTIVE_BARS,
  BARS_OF_BOTH_SIDES,
  TRAILS_IN_FIXED_BARS,
  TRAILS_IN_ADAPTIVE_BARS,
  BAR_VOLUME,
  LINKS_IN_BARS,
  FILL_MODELS,
  DEEP_LEVELS,
  DATA_STANDS,
  FRONTS,
  TRADED_SHARES,
  BAND_DISTANCES,
  BAND_REFERENCE,
  BAND_PERIODS,
  QUEUES_OVER_HALTS,
  AUCTION_PRINTS,
]

for (const { group, rules, terms: shared = terms() } of GROUPS) {
  for (const [rule, lines, reports, own = shared] of rules)
    test(`${group}: ${rule}`, () => follow(own, lines, reports))
}

test('every group names its sources, every rule is said once, and there are at least 150', () => {
  const rules = GROUPS.flatMap(({ group, rules: all }) => all.map(([rule]) => `${group}: ${rule}`))
  expect(new Set(rules).size).toBe(rules.length)
  expect(rules.length).toBeGreaterThanOrEqual(150)
  for (const { group, sources } of GROUPS) {
    const isNamed = sources.some((source) => /https?:\/\/|FIX \d/.test(source))
    expect({ group, isNamed }).toEqual({ group, isNamed: true })
  }
})

test('every code of a refusal is reached by a rule', () => {
  const reports = GROUPS.flatMap(({ rules }) => rules.flatMap(([, , expected]) => expected))
  const codes = reports.flatMap((report) => / \w*rejected(?: \S+)? (\w+)$/.exec(report)?.[1] ?? [])
  expect([...new Set(codes)].sort()).toEqual(Object.keys(REJECT_TEXT).sort())
})

/** The reports are those of the rule, and what is refused says why in words. */
function follow(from: SimulatedVenuesTerms, lines: readonly string[], reports: readonly string[]): void {
  const scenario = new Scenario(from)
  expect(scenario.play(...lines)).toEqual(reports)
  for (const { message } of scenario.deliveries) {
    if (message.type !== 'venue_report' || !message.report_type.endsWith('rejected')) continue
    expect(message.reason_text).toBe(REJECT_TEXT[message.reason_code as keyof typeof REJECT_TEXT])
  }
}
