import { watch } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { epochPath } from '../../adapters/journal-file/journal-paths.ts'
import { nodeJournalFs } from '../../adapters/journal-file/node-journal-fs.ts'
import { readSnapshots } from '../../adapters/journal-file/snapshot-files.ts'
import { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import { loadMarketModel } from '../../adapters/strategy-loader/load-market-model.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import { priceUnits } from '../../schemas/units.ts'
import { orderOf, quoteAt, venueConfig } from '../../sim/paper-venue/venue-config.test-support.ts'
import type { VenueHost } from '../../sim/paper-venue/venue-host.ts'
import { openHostedExchange } from './hosted-exchange.ts'

/** Whoever asks gets a little more than the one before. */
const GROWING = `
import { defineFillModel, Type } from 'orrery'
export const growing = defineFillModel({
  name: 'growing',
  params: Type.Object({}, { additionalProperties: false }),
  state: () => ({ asked: 0 }),
  fills_residual: false,
  available: ({ state }, _order, shown_units) => Math.min(shown_units, ++state.asked),
})
`

test('[V21] [V13] beside an exchange its books are saved as it had them, the state of a model among them', async () => {
  const { exchange, epoch_directory, told } = await hosted()
  const { host } = exchange.driver
  const asDurable = new Map<number, Uint8Array>()
  host.onDurable((lsn) => asDurable.set(lsn, booksOf(host)))
  await tradesUntil(exchange, () => told.snapshots > 1)
  await exchange.close()
  const saved = await readSnapshots(nodeJournalFs, epoch_directory, Number.POSITIVE_INFINITY)
  expect(saved.length).toBeGreaterThan(1)
  for (const { lsn, state } of saved) expect(state).toEqual(asDurable.get(lsn))
  expect(told.ended).toEqual([])
})

test('[V21] where a model on the disk is another meanwhile no snapshots are taken, and the exchange goes on', async () => {
  const { exchange, folder, epoch_directory, told } = await hosted()
  await writeFile(join(folder, 'own.ts'), `${GROWING}// changed\n`)
  await tradesUntil(exchange, () => told.ended.length > 0)
  await exchange.close()
  expect(await readSnapshots(nodeJournalFs, epoch_directory, Number.POSITIVE_INFINITY)).toEqual([])
  expect(told.ended).toEqual([expect.stringContaining('was written with another model of fills at gen.')])
})

async function hosted() {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-hosted-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'own.ts'), GROWING)
  const source = 'own.ts#growing'
  const { venues, ...rest } = await venueConfig('{}', folder)
  const fills = { model: 'custom' as const, source, params: {} }
  const config = { ...rest, venues: venues.map((venue) => ({ ...venue, simulation: { fills } })) }
  const model = await loadMarketModel('fills', { source, base_directory: folder })
  const ledger = join(folder, 'ledger')
  const told = { snapshots: 0, ended: [] as string[] }
  const exchange = await openHostedExchange({
    config,
    authored: { models: [{ ...model, venue_id: 'gen' }], gate: createStepGate() },
    ledger,
    base_directory: folder,
    clockFrom: (journaled_us) => new SessionClock({ journaled_us, speed: 1 }),
    onFailure: (error) => Promise.reject(error),
    onNoSnapshots: (what) => told.ended.push(what),
  })
  const epoch_directory = epochPath(ledger, exchange.driver.host.epoch)
  const names = new Set<string>()
  const watcher = watch(epoch_directory, (_, name) => {
    if (name?.startsWith('snapshot-') !== true) return
    told.snapshots = names.add(name).size
  })
  onTestFinished(() => watcher.close())
  return { exchange, folder, epoch_directory, told }
}

/** One input after another, each when all that followed from the one before is durable. */
async function tradesUntil(
  { driver, clock }: Awaited<ReturnType<typeof hosted>>['exchange'],
  is: () => boolean,
): Promise<void> {
  for (let counter = 1; !is(); counter++) {
    driver.row(quoteAt(clock.now_us(), 110_000 + (counter % 7)))
    driver.command(orderOf(counter, counter % 3 === 0 ? {} : { price_units: priceUnits(90_000) }))
    await new Promise<void>((resolve) => driver.soon(resolve))
  }
}

function booksOf({ books }: VenueHost): Uint8Array {
  const writer = new CanonicalWriter(1 << 16)
  books.save(writer)
  return writer.view()
}
