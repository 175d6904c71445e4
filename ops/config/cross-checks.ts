// What no single field can say. The configuration may have gaps where a field could not be read; a check that needs
// such a field stays silent, since the gap is reported already.

import type { Config } from '../../schemas/config/config.ts'
import { CLIENT_ORDER_ID_LENGTH_MAX } from '../../schemas/ids.ts'
import { checkBooks } from './book-checks.ts'
import { checkCalendars } from './calendar-checks.ts'
import { checkLatencies } from './latency-checks.ts'
import { checkNodes } from './node-checks.ts'
import type { Partly, Report } from './partly-read.ts'
import { checkAccount, checkRules, checkSources, checkStrategy } from './reference-checks.ts'
import { checkSimulations } from './simulation-checks.ts'

export function crossCheck(config: Partly<Config>, report: Report): void {
  checkRange(config, report)
  checkDuplicates(config, report)
  checkSources(config, report)
  checkRules(config, report)
  checkBooks(config, report)
  for (const [index, account] of (config.accounts ?? []).entries())
    checkAccount(config, account, index, report)
  for (const [index, strategy] of (config.strategies ?? []).entries()) {
    checkStrategy(config, strategy, index, report)
    checkOrderIds(config.session, strategy?.id, index, report)
  }
  checkCalendars(config, report)
  checkNodes(config, report)
  checkSimulations(config, report)
  checkLatencies(config, report)
}

function checkRange({ data }: Partly<Config>, report: Report): void {
  if (data?.from === undefined || data.to === undefined || data.from < data.to) return
  report(
    ['data', 'to'],
    `the history ends at ${data.to}, not after its start.`,
    `Write a time after ${data.from}.`,
  )
}

function checkDuplicates(config: Partly<Config>, report: Report): void {
  for (const section of ['calendars', 'venues', 'accounts', 'strategies'] as const) {
    const ids = (config[section] ?? []).map((item) => item?.id)
    for (const index of repeats(ids)) {
      report([section, index, 'id'], `the id ${ids[index]} is used twice.`, 'Give each its own.')
    }
  }
  const ids = (config.instruments ?? []).map((item) => item?.instrument_id)
  for (const index of repeats(ids)) {
    report(['instruments', index, 'instrument_id'], `${ids[index]} is defined twice.`, 'Keep one definition.')
  }
  const feeds = (config.live?.feeds ?? []).map((feed) => feed?.venue)
  for (const index of repeats(feeds)) {
    report(['live', 'feeds', index, 'venue'], `${feeds[index]} has two feeds.`, 'Keep one of them.')
  }
  checkLists(config, report)
}

/** What hears or trades at something twice would do all twice. */
function checkLists({ accounts = [], strategies = [] }: Partly<Config>, report: Report): void {
  const lists = [
    ...accounts.map((item, at) => [['accounts', at, 'venues'], item?.venues ?? []] as const),
    ...strategies.map((item, at) => [['strategies', at, 'instruments'], item?.instruments ?? []] as const),
  ]
  for (const [path, names] of lists)
    for (const at of repeats(names)) report([...path, at], `${names[at]} is named twice.`, 'Name it once.')
}

// Room for ten thousand starts of the session and a thousand million orders of the strategy.
const EPOCH_DIGITS = 4
const COUNTER_DIGITS = 10
const NAMES_LENGTH_MAX = CLIENT_ORDER_ID_LENGTH_MAX - EPOCH_DIGITS - COUNTER_DIGITS - '---'.length

function checkOrderIds(
  session: string | undefined,
  id: string | undefined,
  index: number,
  report: Report,
): void {
  if (session === undefined || id === undefined || session.length + id.length <= NAMES_LENGTH_MAX) return
  const what = `the names "${session}" and "${id}" together are too long for client order ids.`
  const remedy = `Shorten them to ${NAMES_LENGTH_MAX} characters in all: <session>-<epoch>-<strategy>-<counter> has ${CLIENT_ORDER_ID_LENGTH_MAX} at most.`
  report(['strategies', index, 'id'], what, remedy)
}

/** Indexes of values that stood in the list before. */
function repeats(values: readonly (string | undefined)[]): number[] {
  return [...values.keys()].filter(
    (index) => values[index] !== undefined && values.indexOf(values[index]) < index,
  )
}
