// What an epoch of a ledger was written under: schema and behaviour, the form of its books, configuration and models. What
// the venues did once, under whatever build, they do again under the same.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { StepGate } from '../../engine/step-gate.ts'
import { asMeant, storedBehaviour } from '../../engine/stored-config.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { bookSeriesOf } from '../backtest/book-series.ts'
import { instrumentsOf } from '../backtest/instrument-set.ts'
import { type AuthoredModel, venuesWith } from '../exchange/matching/authored-models.ts'
import { BOOKS_FORM, type PaperVenuesTerms } from './venue-books.ts'

/** A model that a user wrote, with the hash of its files. */
export type HostedModel = AuthoredModel & { readonly model_hash: string }

/** What users wrote for the venues of a configuration, and what it is called behind. */
export type HostedModels = { readonly models: readonly HostedModel[]; readonly gate: StepGate }

/** Those of before a number or the models were kept have none. */
export type LedgerHeader = {
  readonly schema_version: number
  readonly behaviour?: number
  /** Of its base and snapshots. */
  readonly books_form?: number
  readonly config: Config
  readonly models?: readonly Pick<HostedModel, 'venue_id' | 'part' | 'model_hash'>[]
}

/** So many trades of a venue an operator can take back or correct, the latest; fewer where nodes drop orders sooner. */
const TRADES_KEPT = 1_000

/** Of an epoch that this build opens. */
export function encodeLedgerHeader(config: Config, authored: HostedModels): Uint8Array {
  const models = authored.models.map(({ venue_id, part, model_hash }) => ({ venue_id, part, model_hash }))
  const header: LedgerHeader = {
    schema_version: SCHEMA_VERSION,
    behaviour: BEHAVIOUR,
    books_form: BOOKS_FORM,
    config,
    models,
  }
  const writer = new CanonicalWriter(1 << 14)
  writer.value(header)
  return writer.view()
}

/** Books are laid out as their schemas say: those of others cannot be read. */
export function readLedgerHeader(bytes: Uint8Array): LedgerHeader {
  const header = new CanonicalReader(bytes).value() as LedgerHeader
  const { schema_version } = header
  if (schema_version === SCHEMA_VERSION) return header
  throw new OperatingError({
    code: 'exchange.other_schema',
    reason: 'usage',
    what: `The ledger of the simulated exchange has schema version ${schema_version}, this build has ${SCHEMA_VERSION}.`,
    where: 'the exchange folder of the session',
    remedy: 'Close what is open with the build that wrote it, or begin a session of another name.',
  })
}

/** Whether this build reads the books that an epoch begins with. */
export function readsBooks(header: Uint8Array): boolean {
  return readLedgerHeader(header).books_form === BOOKS_FORM
}

/** The venues as an epoch of a ledger had them: what they did once, under whatever build, they do again. */
export function ledgerTerms(bytes: Uint8Array, authored: HostedModels): PaperVenuesTerms {
  const header = readLedgerHeader(bytes)
  refuseOtherModels(header, authored)
  const behaviour = storedBehaviour(header.behaviour, LEDGER)
  return { ...termsOf(asMeant(header.config, behaviour), authored), behaviour }
}

/** What the venues of a configuration are made of. */
export function termsOf(config: Config, { models, gate }: HostedModels): PaperVenuesTerms {
  const { accounts, limits, seed, calendars = [] } = config
  const specs = instrumentsOf(config)
  const venues = venuesWith(models, config, specs, gate)
  const { order_retention } = limits
  const trade_retention = Math.min(TRADES_KEPT, order_retention)
  const books = bookSeriesOf(config, specs)
  return { venues, accounts, specs, calendars, order_retention, trade_retention, seed, books }
}

/** For people. */
const LEDGER = 'the ledger of the simulated exchange'

/** An epoch is run again with the very models it ran with: others would tell another story than was told. */
function refuseOtherModels({ models: were = [] }: LedgerHeader, { models: are }: HostedModels): void {
  const changed = were.find(
    ({ venue_id, part, model_hash }) =>
      are.find((model) => model.venue_id === venue_id && model.part === part)?.model_hash !== model_hash,
  )
  if (changed === undefined) return
  const { venue_id, part } = changed
  throw new OperatingError({
    code: 'exchange.other_model',
    reason: 'usage',
    what: `The ledger of the simulated exchange was written with another model of ${part} at ${venue_id}.`,
    where: `venues.${venue_id}.simulation.${part}`,
    remedy: 'Put the file back as it was, or begin a session of another name.',
  })
}
