// Names in a configuration that must stand for something: venues, accounts, instruments, currencies with a rate.

import type { AccountConfig } from '../../schemas/config/account-config.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { StrategyConfig } from '../../schemas/config/strategy-config.ts'
import { parseInstrumentId } from '../../schemas/ids.ts'
import type { Instrument } from '../../schemas/instrument.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { nearestName } from '../../schemas/nearest-name.ts'
import type { ConfigPath } from './config-problem.ts'
import type { Partly, Report } from './partly-read.ts'

export function checkSources(config: Partly<Config>, report: Report): void {
  const venues = names(config.venues?.map((venue) => venue?.id))
  const definitions = instrumentsOf(config)
  const seen = new Set<string>()
  for (const [index, source] of (config.data?.sources ?? []).entries()) {
    const path = ['data', 'sources', index]
    if (!checkReference('venue', source?.venue, venues, [...path, 'venue'], report)) continue
    for (const [at, symbol] of (source?.instruments ?? []).entries()) {
      if (symbol === undefined || source?.venue === undefined) continue
      const id = `${symbol}.${source.venue}`
      const itemPath = [...path, 'instruments', at]
      checkReference('instrument', id, definitions?.keys(), itemPath, report)
      const series = [
        id,
        source.kind,
        ...Object.entries(source).filter(([key]) => /interval|price/.test(key)),
      ].join()
      if (seen.has(series)) report(itemPath, `${id} is read twice.`, 'Name each series in one source.')
      seen.add(series)
    }
  }
}

/** A rule for an instrument that its venue does not list would be none; one for another venue's is told elsewhere. */
export function checkRules(config: Partly<Config>, report: Report): void {
  const instruments = instrumentsOf(config)
  for (const [index, venue] of (config.venues ?? []).entries()) {
    const path = ['venues', index, 'simulation']
    const isHere = (id: string | undefined) => id?.endsWith(`.${venue?.id}`) === true
    const listed = instruments && [...instruments.keys()].filter(isHere)
    const check = (id: string | undefined, ...at: (string | number)[]) => {
      if (isHere(id)) checkReference('instrument', id, listed, [...path, ...at], report)
    }
    const { halts, price_bands } = venue?.simulation ?? {}
    for (const [at, halt] of (halts ?? []).entries()) check(halt?.instrument, 'halts', at, 'instrument')
    for (const [at, id] of (price_bands?.tier_2 ?? []).entries()) check(id, 'price_bands', 'tier_2', at)
  }
}

export function checkAccount(
  config: Partly<Config>,
  account: Partly<AccountConfig> | undefined,
  index: number,
  report: Report,
): void {
  const path = ['accounts', index]
  const venues = names(config.venues?.map((venue) => venue?.id))
  for (const [at, venue] of (account?.venues ?? []).entries()) {
    checkReference('venue', venue, venues, [...path, 'venues', at], report)
    const commission = config.venues?.find((candidate) => candidate?.id === venue)?.commission
    if (commission !== undefined && 'currency' in commission) {
      checkRate(account, index, commission.currency, `commission at ${venue}`, report)
    }
  }
  const currency = account?.currency
  if (currency === undefined || account?.conversion_rates?.[currency] === undefined) return
  report(
    [...path, 'conversion_rates', currency],
    `${currency} is the account currency itself.`,
    'Remove the rate.',
  )
}

export function checkStrategy(
  config: Partly<Config>,
  strategy: Partly<StrategyConfig> | undefined,
  index: number,
  report: Report,
): void {
  const path = ['strategies', index]
  const accounts = names(config.accounts?.map((account) => account?.id))
  checkReference('account', strategy?.account, accounts, [...path, 'account'], report)
  const accountIndex = (config.accounts ?? []).findIndex((account) => account?.id === strategy?.account)
  const account = config.accounts?.[accountIndex]
  const definitions = instrumentsOf(config)
  for (const [at, id] of (strategy?.instruments ?? []).entries()) {
    if (id === undefined) continue
    const itemPath = [...path, 'instruments', at]
    if (!checkReference('instrument', id, definitions?.keys(), itemPath, report)) continue
    checkIsRead(config, id, itemPath, report)
    checkIsTraded(config, account, id, itemPath, report)
    checkRate(account, accountIndex, definitions?.get(id), `the price of ${id}`, report)
  }
}

function checkIsTraded(
  config: Partly<Config>,
  account: Partly<AccountConfig> | undefined,
  id: string,
  path: ConfigPath,
  report: Report,
): void {
  const known = config.venues?.map((venue) => venue?.id) ?? []
  const venues = names(account?.venues)
  const venue = parseInstrumentId(id)?.venue
  // A misspelt venue of the account is reported there.
  if (venue === undefined || venues === undefined || !venues.every((name) => known.includes(name))) return
  if (venues.includes(venue)) return
  report(path, `the account ${account?.id} does not trade at ${venue}.`, 'Add the venue to the account.')
}

function checkIsRead(config: Partly<Config>, id: string, path: ConfigPath, report: Report): void {
  const sources = config.data?.sources
  if (sources === undefined) return
  const read = sources.flatMap((source) => source?.instruments?.map((symbol) => `${symbol}.${source.venue}`))
  if (read.includes(undefined) || read.includes(id)) return
  report(path, `no source of the history reads ${id}.`, 'Add it to data.sources.')
}

/** A missing rate would leave profits in a currency the account cannot count. */
function checkRate(
  account: Partly<AccountConfig> | undefined,
  accountIndex: number,
  currency: string | undefined,
  purpose: string,
  report: Report,
): void {
  if (currency === undefined || account?.currency === undefined || currency === account.currency) return
  const rates = account.conversion_rates
  if (rates === undefined || Object.hasOwn(rates, currency)) return
  const what = `there is no rate for ${currency}, the currency of ${purpose}.`
  report(
    ['accounts', accountIndex, 'conversion_rates'],
    what,
    `Write ${currency}: its worth in ${account.currency}.`,
  )
}

function checkReference(
  kind: string,
  name: string | undefined,
  known: Iterable<string> | undefined,
  path: ConfigPath,
  report: Report,
): boolean {
  if (name === undefined || known === undefined) return false
  const candidates = [...known]
  if (candidates.includes(name)) return true
  const likely = nearestName(name, candidates)
  const where = kind === 'instrument' ? 'instruments' : `${kind}s`
  const remedy = likely === undefined ? `Define it under ${where}.` : `Did you mean ${likely}?`
  report(path, `the ${kind} ${name} is unknown.`, remedy)
  return false
}

/** Quote currencies by instrument id; undefined while a configured definition could not be read. */
function instrumentsOf(config: Partly<Config>): Map<string, string | undefined> | undefined {
  const configured = config.instruments ?? []
  if (configured.some((item) => item?.instrument_id === undefined)) return undefined
  const all: Partly<Instrument>[] = [...builtInInstruments(), ...(configured as Partly<Instrument>[])]
  return new Map(all.map((item) => [item.instrument_id ?? '', item.quote_currency]))
}

/** The names, or undefined when one of them could not be read. */
function names(list: readonly (string | undefined)[] | undefined): readonly string[] | undefined {
  return list?.every((name) => name !== undefined) ? list : undefined
}
