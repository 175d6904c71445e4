import { expect, test } from 'vitest'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { commandOfWire, frameLine, readRequest } from '../../engine/wire/frame-codec.ts'
import type { WireCommand } from '../../engine/wire/venue-frames.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../../schemas/messages/order.ts'
import {
  GROUP_TYPES,
  PARENT_FILLS,
  TRAIL_UNITS,
  TRIGGER_METHODS,
} from '../../schemas/messages/order-terms.ts'
import { START_US } from '../backtest/tape.test-support.ts'
import { snapshotBehind } from './snapshot-behind.test-support.ts'
import { NO_MODELS, quoteAt, venueConfig } from './venue-config.test-support.ts'
import { VenueHost } from './venue-host.ts'

const SIMULATIONS: readonly SimulationConfig[] = [
  { takes: 'all' },
  { takes: 'all_and_oco', self_match: 'cancel_both' },
  { takes: 'all_and_oco', fills: { model: 'top_of_book' }, queue: { model: 'conservative' } },
]
const ODD = [0, 1, -1, 999, -1_000, 2 ** 32, 10 ** 12, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]
const PLAUSIBLE = [0, 1_000, 2_000, 109_990, 110_000, 110_020]

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
  '[V11] any command the frames allow is taken or refused, and the ledger is read again, seed %i',
  async (seed) => {
    const simulation = SIMULATIONS[seed % SIMULATIONS.length] as SimulationConfig
    const plain = await venueConfig(seed % 2 === 0 ? '{}' : '{ submit_us: 700, report_us: 300 }')
    const config = { ...plain, venues: plain.venues.map((venue) => ({ ...venue, simulation })) }
    const store = new MemoryJournalStore()
    const open = () =>
      VenueHost.open({
        config,
        authored: NO_MODELS,
        journal: new MemoryJournal(nodeSha256, store),
      })
    const host = await open()
    const random = new RandomStream(seed, 'hostile commands')
    let now_us = START_US
    let received = 0
    host.listen(({ word }) => {
      if (word === 'received') received++
    })
    host.row(quoteAt(now_us), now_us)
    const count = 300
    for (let number = 1; number <= count; number++) {
      now_us += random.nextInt(2_000)
      host.row(quoteAt(now_us, 110_000 + random.nextInt(40) - 20), now_us)
      host.command(overTheWire(hostile(random, number)), now_us)
      host.pass(now_us)
      await host.commit()
    }
    expect(received).toBe(count)
    await snapshotBehind(store, random)
    expect(booksOf(await open())).toEqual(booksOf(host))
  },
)

function overTheWire(command: WireCommand) {
  const frame = readRequest(frameLine({ frame: 'command', command }).trimEnd())
  if (frame?.frame !== 'command') throw new Error(`the wire does not take ${JSON.stringify(command)}`)
  return commandOfWire(frame.command, () => 0)
}

function hostile(random: RandomStream, number: number): WireCommand {
  const one = <T>(of: readonly T[]): T => of[random.nextInt(of.length)] as T
  const value = () => one(random.nextInt(3) === 0 ? ODD : PLAUSIBLE)
  const some = () => `paper-1-t-${1 + random.nextInt(number)}`
  const common = {
    account_id: one(['main', 'other']),
    strategy_id: one(['t', '', 'x'.repeat(256)]),
    counter: number,
    incarnation: Math.abs(value()),
    client_order_id: random.nextInt(8) === 0 ? some() : `paper-1-t-${number}`,
    venue_id: 'gen',
    instrument_id: 'EURUSD.gen',
  }
  const original_client_order_id = some()
  const kind = random.nextInt(10)
  if (kind < 2) return { type: 'order_cancel_request', ...common, original_client_order_id }
  const quantity = random.nextInt(2) === 0 ? one([1_000, Number.MAX_SAFE_INTEGER]) : value()
  const priced = { price_units: value(), order_quantity_units: quantity }
  if (kind < 4)
    return {
      type: 'order_cancel_replace_request',
      ...common,
      ...priced,
      original_client_order_id,
      trigger_price_units: value(),
    }
  const order = {
    type: 'new_order_single' as const,
    ...common,
    ...priced,
    side: one(SIDES),
    order_type: random.nextInt(2) === 0 ? ('limit' as const) : one(ORDER_TYPES),
    time_in_force: random.nextInt(2) === 0 ? ('gtc' as const) : one(TIMES_IN_FORCE),
  }
  if (kind < 6) return order
  const terms = {
    trigger_price_units: value(),
    trigger_method: one(TRIGGER_METHODS),
    trail_offset: value(),
    trail_unit: one(TRAIL_UNITS),
    limit_offset_units: value(),
    activation_price_units: value(),
    expire_time_us: Math.abs(value()),
    post_only: one([true, false]),
    reduce_only: one([true, false]),
    display_quantity_units: value(),
    parent_counter: random.nextInt(4) === 0 ? random.nextInt(number) : 0,
    parent_fill: one(PARENT_FILLS),
    group_counter: random.nextInt(2) === 0 ? random.nextInt(number) : 0,
    group_type: one(GROUP_TYPES),
  }
  return { ...order, terms }
}

function booksOf(host: VenueHost): Uint8Array {
  const writer = new CanonicalWriter(1 << 16)
  host.books.save(writer)
  return writer.copy()
}
