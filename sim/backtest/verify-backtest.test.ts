import { beforeAll, expect, test } from 'vitest'
import type { StrategyDefinition } from '../../actors/strategy/definition.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { writeCommand } from '../../engine/command-codec.ts'
import { type Journal, type JournalRecord, RECORD_KIND } from '../../engine/journal-port.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { createStepGate } from '../../engine/step-gate.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { VenueCommand } from '../../schemas/messages/order.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import type { SizeUnits } from '../../schemas/units.ts'
import { encodeEnd } from './end-record.ts'
import { decodeHeader, encodeHeader } from './epoch-header.ts'
import { MemoryTickStore, sourceOf } from './memory-tick-store.test-support.ts'
import {
  type ProofRun,
  runScenario,
  type Scenario,
  scenarioOf,
  strategiesOf,
} from './proof-session.test-support.ts'
import { everyNth, PROOF_STRATEGY_IDS, plain } from './proof-strategies.test-support.ts'
import { quoteTape, type Tape } from './tape.test-support.ts'
import { readHeader, type Verification, verifyBacktest } from './verify-backtest.ts'

const TAPES: readonly Tape[] = [
  quoteTape({ instrument_id: 'AAA.one', row_count: 300, shared_stamps: true }),
  quoteTape({ instrument_id: 'BBB.one', row_count: 200 }),
]

let scenario: Scenario
let run: ProofRun
const disk = new MemoryJournalStore()
beforeAll(async () => {
  scenario = await scenarioOf({
    tapes: TAPES,
    strategies: PROOF_STRATEGY_IDS,
    venue: { latency: { submit_us: 2_000, report_us: 5_000 } },
  })
  run = await runScenario(scenario, new MemoryJournal(nodeSha256, disk))
})

type Changes = {
  readonly records?: (records: JournalRecord[]) => JournalRecord[]
  readonly config?: (config: Config) => Config
  readonly strategies?: Readonly<Record<string, StrategyDefinition>>
  readonly store?: TickStore
}

/** Verifies the run as another process would, over what was changed since. */
function verify({ records, config, strategies, store }: Changes): Promise<Verification> {
  const definitions = new Map([...scenario.definitions, ...Object.entries(strategies ?? {})])
  return verifyBacktest({
    journal: changedJournal(new MemoryJournal(nodeSha256, disk), records, config),
    store: store ?? scenario.store,
    strategies: strategiesOf(scenario.config, definitions),
    models: [],
    sha256: nodeSha256,
    gate: createStepGate(),
  })
}

test('an unchanged run verifies, record by record to the last', async () => {
  expect(await verify({})).toEqual({
    run_id: 'proof',
    is_equal: true,
    difference: undefined,
    record_count: (await recorded()).length,
    end: { seq: run.outcome.session.trading.node.seq, ...run.hashes },
  })
})

test('an order changed in any effect record is a mismatch that names the record and both orders', async () => {
  const effects = (await recorded()).filter(({ kind }) => kind === RECORD_KIND.effects)
  expect(effects.length).toBeGreaterThan(100)
  for (const { lsn } of [effects[0], effects[57], effects.at(-1)] as JournalRecord[]) {
    const { is_equal, difference, record_count } = await verify({
      records: (records) => records.map((record) => (record.lsn === lsn ? withLargerOrder(record) : record)),
    })
    expect({ is_equal, record_count }).toEqual({ is_equal: false, record_count: lsn })
    expect(difference?.lsn).toEqual(lsn)
    const [before, again] = [commandsOf(difference?.recorded), commandsOf(difference?.again)]
    expect(again.length).toBeGreaterThan(0)
    expect(before).not.toEqual(again)
    expect(before.map(withoutSize)).toEqual(again.map(withoutSize))
  }
})

test('a record that is missing, and one that nothing says again, are mismatches', async () => {
  const records = await recorded()
  const at = records.findIndex(({ kind }) => kind === RECORD_KIND.effects)
  const missing = await verify({ records: (all) => renumbered(all.toSpliced(at, 1)) })
  expect(missing).toMatchObject({ is_equal: false, difference: { lsn: at } })
  const end = must(records.at(-1), 'a run has an end')
  const surplus = await verify({ records: (all) => renumbered([...all, end]) })
  expect(surplus).toMatchObject({
    is_equal: false,
    difference: { lsn: records.length, again: undefined, recorded: expect.stringContaining('output_hash') },
  })
})

test('an end that names other hashes is a mismatch at the last record', async () => {
  const state_hash = run.hashes.output_hash
  const forged = encodeEnd({ seq: run.outcome.session.trading.node.seq, ...run.hashes, state_hash })
  const { is_equal, difference } = await verify({
    records: (all) =>
      all.map((record) => (record.kind === RECORD_KIND.end ? { ...record, payload: forged } : record)),
  })
  expect({ is_equal, lsn: difference?.lsn }).toEqual({ is_equal: false, lsn: (await recorded()).length - 1 })
  expect(difference?.again).toContain(run.hashes.state_hash)
})

test('a changed strategy is a mismatch at the first order it places otherwise', async () => {
  const hasty: typeof everyNth = {
    ...everyNth,
    onQuote(ctx, quote) {
      if (ctx.state.seen !== 69) return everyNth.onQuote?.(ctx, quote)
      ctx.state.seen += 1
      ctx.submit({ instrument: quote.instrument_id, side: 'buy', quantity_units: 4_000 })
    },
  }
  const { is_equal, difference } = await verify({ strategies: { nth: plain(hasty) } })
  expect(is_equal).toEqual(false)
  const [before, again] = [commandsOf(difference?.recorded), commandsOf(difference?.again)]
  expect(again[0]).toMatchObject({ strategy_id: 'nth', counter: 10, order_quantity_units: 4_000 })
  expect(before[0]).toMatchObject({ strategy_id: 'nth', counter: 10, order_quantity_units: 3_000 })
})

test('a changed configuration is a mismatch, and one that decides nothing is none', async () => {
  const slower = (config: Config): Config => ({
    ...config,
    venues: config.venues.map((venue) => ({ ...venue, latency: { submit_us: 2_000, report_us: 800_000 } })),
  })
  const { is_equal, difference } = await verify({ config: slower })
  expect({ is_equal, named: difference?.recorded !== difference?.again }).toEqual({
    is_equal: false,
    named: true,
  })
  expect(difference?.lsn).toBeGreaterThan(2)
  const elsewhere = (config: Config): Config => ({ ...config, journal: { directory: './other' } })
  expect((await verify({ config: elsewhere })).is_equal).toEqual(true)
})

test('a row that changed in the store, an import that is gone and one that came are refused', async () => {
  const changed = await storeOf(TAPES)
  const [manifest] = await changed.manifests()
  const id = must(manifest, 'the store has an import').import_id
  const row = must(changed.rowsOf(id)[123], 'the import has the row')
  row[1] = (row[1] as number) + 1
  await expect(verify({ store: changed })).rejects.toMatchObject({
    code: 'verify.other_data',
    reason: 'data',
    what: `The rows of the import ${id.slice(0, 12)} are not those that were imported.`,
  })
  await expect(verify({ store: await storeOf(TAPES.slice(1)) })).rejects.toMatchObject({
    code: 'verify.other_data',
    what: `The import ${id.slice(0, 12)} is not in the store any more.`,
  })
  const more = await storeOf([...TAPES, quoteTape({ instrument_id: 'AAA.one', row_count: 3, seed: 9 })])
  await expect(verify({ store: more })).rejects.toMatchObject({
    code: 'verify.other_data',
    what: 'The store holds other data in the range than the run read.',
  })
  expect((await verify({ store: await storeOf([...TAPES].reverse()) })).is_equal).toEqual(true)
})

test('a run without an end is refused, and so is a journal without a run', async () => {
  const cut = verify({ records: (records) => records.slice(0, -1) })
  await expect(cut).rejects.toMatchObject({ code: 'verify.unfinished_run', reason: 'data' })
  const { config, definitions, store } = scenario
  const empty = verifyBacktest({
    journal: new MemoryJournal(nodeSha256),
    store,
    strategies: strategiesOf(config, definitions),
    models: [],
    sha256: nodeSha256,
    gate: createStepGate(),
  })
  await expect(empty).rejects.toMatchObject({ code: 'verify.unfinished_run', reason: 'data' })
})

test('a run written under another schema version is refused, with both versions and what made it', () => {
  const journal = new MemoryJournal(nodeSha256, disk)
  const epochs = journal.epochs.map((epoch) => {
    const header = { ...decodeHeader(epoch.header), schema_version: SCHEMA_VERSION + 1, version: '9.9.9' }
    return { ...epoch, header: encodeHeader(header) }
  })
  const other = { ...changedJournal(journal), epochs }
  const what = `The run was written under schema version ${SCHEMA_VERSION + 1} by orrery 9.9.9; this build reads version ${SCHEMA_VERSION}.`
  expect(() => readHeader(other, 'journal')).toThrow(
    expect.objectContaining({ code: 'verify.other_schema', reason: 'data', what, where: 'journal' }),
  )
})

async function recorded(): Promise<JournalRecord[]> {
  const records: JournalRecord[] = []
  for await (const record of new MemoryJournal(nodeSha256, disk).read(1)) records.push(record)
  return records
}

/** The journal as if its records or its header's configuration had been other ones. */
function changedJournal(
  journal: Journal,
  changeRecords: Changes['records'] = (records) => records,
  changeConfig: Changes['config'] = (config) => config,
): Journal {
  return {
    epochs: journal.epochs.map((epoch) => {
      const header = decodeHeader(epoch.header)
      return { ...epoch, header: encodeHeader({ ...header, config: changeConfig(header.config) }) }
    }),
    repaired: undefined,
    async *read() {
      yield* changeRecords(await recorded())
    },
    snapshots: () => Promise.resolve([]),
    saveSnapshot: () => Promise.reject(new Error('a verification writes nothing')),
    openEpoch: () => Promise.reject(new Error('a verification writes nothing')),
    close: () => journal.close(),
  }
}

function renumbered(records: readonly JournalRecord[]): JournalRecord[] {
  return records.map((record, lsn) => ({ ...record, lsn }))
}

/** The same record, with the first order that has a quantity asking for a thousand more. */
function withLargerOrder(record: JournalRecord): JournalRecord {
  const payload = Buffer.from(record.payload)
  for (const command of run.outputs.commands) {
    const at = payload.indexOf(bytesOf(command))
    if (at < 0) continue
    const change =
      command.type === 'order_cancel_request'
        ? { ...command, counter: command.counter + 1 }
        : { ...command, order_quantity_units: (command.order_quantity_units + 1_000) as SizeUnits }
    payload.set(bytesOf(change), at)
    return { ...record, payload }
  }
  throw new Error(`record ${record.lsn} holds no command of the run`)
}

function bytesOf(command: VenueCommand): Uint8Array {
  const writer = new CanonicalWriter(256)
  writeCommand(writer, command)
  return writer.copy()
}

/** The commands a description tells of, however deep. */
function commandsOf(description: string | undefined): VenueCommand[] {
  const found: VenueCommand[] = []
  JSON.parse(description ?? 'null', (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'client_order_id' in value)
      found.push(value as VenueCommand)
    return value
  })
  return found
}

function withoutSize(command: VenueCommand): object {
  return { ...command, counter: 0, order_quantity_units: 0 }
}

async function storeOf(tapes: readonly Tape[]): Promise<MemoryTickStore> {
  const store = new MemoryTickStore(50)
  for (const { series, rows } of tapes) await store.write(sourceOf(series, rows))
  return store
}
