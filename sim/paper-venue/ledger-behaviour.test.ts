import { expect, test } from 'vitest'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { RowBatch } from '../../engine/live/row-batch.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { BEHAVIOUR, BEHAVIOUR_UNNAMED } from '../../schemas/behaviour.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { AccountId, VenueId } from '../../schemas/ids.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { priceUnits } from '../../schemas/units.ts'
import { START_US } from '../backtest/tape.test-support.ts'
import { auditLedger } from './ledger-audit.ts'
import { writeLedgerCommand } from './ledger-codec.ts'
import { ledgerTerms } from './ledger-header.ts'
import { BOOKS_FORM } from './venue-books.ts'
import { NO_MODELS, orderOf, venueConfig } from './venue-config.test-support.ts'
import { VenueHost } from './venue-host.ts'

/** What a bar shows at its close. Both a buy and a sell had all of it under the first behaviour alone. */
const SHOWN = 1_000

test.each([
  { behaviour: undefined, held: 0, traded: 2 },
  { behaviour: BEHAVIOUR_UNNAMED, held: 0, traded: 2 },
  { behaviour: BEHAVIOUR, held: SHOWN, traded: 1 },
])('[V12] a ledger tells again what it told under its behaviour: %j', async ({ behaviour, held, traded }) => {
  const config = await barConfig()
  const store = new MemoryJournalStore()
  await writeLedger(store, { schema_version: SCHEMA_VERSION, config, ...(behaviour && { behaviour }) })
  expect((await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)).fills).toHaveLength(traded)
  const host = await opened(store, config)
  const { positions } = host.books.state('gen' as VenueId, 'main' as AccountId)
  expect(positions.map(({ quantity_units }) => quantity_units)).toEqual(held === 0 ? [] : [held])
  await host.close()
  expect(await auditLedger(new MemoryJournal(nodeSha256, store), NO_MODELS)).toMatchObject({
    is_consistent: true,
  })
})

test('[V12] a ledger of a later build is refused', async () => {
  const config = await barConfig()
  const store = new MemoryJournalStore()
  await writeLedger(store, { schema_version: SCHEMA_VERSION, config, behaviour: BEHAVIOUR + 1 })
  await expect(opened(store, config)).rejects.toMatchObject({ code: 'journal.later_behaviour' })
})

test('[V12] venues of an earlier behaviour keep no links unless their configuration says so', async () => {
  const config = await barConfig()
  const takes = [BEHAVIOUR_UNNAMED, 2, BEHAVIOUR].map((behaviour) => {
    const terms = ledgerTerms(headerOf({ schema_version: SCHEMA_VERSION, config, behaviour }), NO_MODELS)
    return terms.venues.map(({ simulation }) => simulation?.takes)
  })
  expect(takes).toEqual([['all'], ['all'], [undefined]])
})

test('[V20] books that another build wrote in another form are made anew from the first record', async () => {
  const config = await barConfig()
  const [other, own] = [new MemoryJournalStore(), new MemoryJournalStore()]
  await writeLedger(own, { schema_version: SCHEMA_VERSION, config, behaviour: BEHAVIOUR })
  await writeLedger(other, { schema_version: SCHEMA_VERSION, config, behaviour: BEHAVIOUR })
  // It went on once, from books that nobody can read now.
  const journal = new MemoryJournal(nodeSha256, other)
  const header = headerOf({ schema_version: SCHEMA_VERSION, config, behaviour: BEHAVIOUR, books_form: -1 })
  const base = Uint8Array.of(1, 2, 3)
  const writer = await journal.openEpoch({ epoch: 2, header, base, durability: 'local' })
  await writer.close()
  const hosts = [await opened(other, config), await opened(own, config)]
  const books = hosts.map((host) => {
    const saved = new CanonicalWriter(1 << 14)
    host.books.save(saved)
    return saved.copy()
  })
  expect(books[0]).toEqual(books[1])
  for (const host of hosts) await host.close()
  expect(await auditLedger(new MemoryJournal(nodeSha256, other), NO_MODELS)).toMatchObject({
    epochs: 3,
    is_consistent: true,
    fills: [{ quantity_units: SHOWN }],
  })
})

test('[V20] the form of the books has a number: raise BOOKS_FORM with this hash', async () => {
  const config = await barConfig()
  const store = new MemoryJournalStore()
  await writeLedger(store, { schema_version: SCHEMA_VERSION, config, behaviour: BEHAVIOUR })
  const host = await opened(store, config)
  host.command(orderOf(3, { price_units: priceUnits(50) }), START_US + 10)
  // It has come behind the rows of its time, and rests.
  host.pass(START_US + 11)
  expect(host.books.state('gen' as VenueId, 'main' as AccountId).open_client_order_ids).toHaveLength(1)
  const saved = new CanonicalWriter(1 << 14)
  host.books.save(saved)
  await host.close()
  const hash = Buffer.from(nodeSha256.digest(saved.view())).toString('hex').slice(0, 16)
  expect({ form: BOOKS_FORM, hash }).toEqual({ form: 6, hash: '0084e46ac4f7fe4d' })
})

function headerOf(header: object): Uint8Array {
  const record = new CanonicalWriter(1 << 14)
  record.value(header)
  return record.copy()
}

async function barConfig(): Promise<Config> {
  const config = await venueConfig()
  const simulation = { bars: 'fixed' as const, fills: { model: 'top_of_book' as const } }
  return { ...config, venues: config.venues.map((venue) => ({ ...venue, simulation })) }
}

function opened(store: MemoryJournalStore, config: Config): Promise<VenueHost> {
  const journal = new MemoryJournal(nodeSha256, store)
  return VenueHost.open({ config, authored: NO_MODELS, journal })
}

/** As a build wrote it: a bar, then an order on each side for all that it shows. */
async function writeLedger(store: MemoryJournalStore, header: object): Promise<void> {
  const journal = new MemoryJournal(nodeSha256, store)
  const record = new CanonicalWriter(1 << 14)
  const opening = { epoch: 1, base: new Uint8Array(0), durability: 'local' as const }
  const writer = await journal.openEpoch({ ...opening, header: headerOf(header) })
  const rows = new RowBatch()
  const prices = {
    open_price_units: 100,
    high_price_units: 100,
    low_price_units: 100,
    close_price_units: 100,
  }
  const stamps = { ts_event_us: START_US, ts_recv_us: START_US }
  const series = { interval_us: 60_000_000, price_type: 'last' as const }
  rows.add(
    { type: 'bar', instrument_index: 0, ...stamps, ...series, ...prices, volume_units: 4 * SHOWN },
    1,
    START_US,
  )
  record.clear()
  rows.write(record)
  writer.append(RECORD_KIND.input, record.view())
  for (const [at, side] of (['buy', 'sell'] as const).entries()) {
    record.clear()
    const ts_us = START_US + 1 + at
    writeLedgerCommand(record, { seq: 2 + at, ts_us, command: orderOf(1 + at, { side }) })
    writer.append(RECORD_KIND.input, record.view())
  }
  await writer.commit()
  await journal.close()
}
