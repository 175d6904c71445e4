import { expect, test } from 'vitest'
import { MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { must } from '../../schemas/assert.ts'
import type { OrderLookup } from '../../schemas/messages/venue.ts'
import { LiveDesk } from './live-desk.test-support.ts'
import { liveScenario } from './live-engine.test-support.ts'
import { LiveWorld } from './live-world.test-support.ts'

// A node was stopped between the check of its lease and the write of an order, and another took over. The order is in
// the journal that was copied, so the other knows it; the venue has it only later.
test('[N17] an order of a deposed epoch that turns up after it was proven absent is adopted and cancelled', async () => {
  const scenario = await liveScenario(['quoter'])
  let adopted = 0
  // Whether a command of a dead engine still arrives is drawn by the world's seed.
  for (let seed = 1; seed <= 12; seed++) {
    const world = new LiveWorld(scenario.config, scenario.instruments, seed)
    const store = new MemoryJournalStore()
    const deposed = await LiveDesk.open(scenario, { store, world })
    deposed.start()
    const before = new Set(world.received.keys())
    // The last commit hands the order over; the deposed engine's word of it is never journaled.
    for (let turn = 0; world.handed.size === before.size && turn < 40; turn++) {
      deposed.advance(400, 2)
      await deposed.commit()
    }
    const late = must(
      [...world.handed.keys()].find((id) => !world.received.has(id)),
      'an order is on its way',
    )
    deposed.die()
    const next = await LiveDesk.open(scenario, { store, world })
    next.start()
    next.advance(1)
    next.sequencer.offer(absent(late))
    next.advance(1)
    expect(orderState(next, late)).toBe('not_sent')
    next.advance(2_000, 2)
    await next.commit()
    next.advance(2_000)
    if (!world.received.has(late)) continue
    adopted++
    expect({ seed, count: world.received.get(late) }).toEqual({ seed, count: 1 })
    expect([...world.handed.keys()].filter((id) => /-c\d+$/.test(id))).toHaveLength(1)
    await next.commit()
    next.advance(5_000)
    expect(['canceled', 'filled']).toContain(orderState(next, late))
  }
  expect(adopted).toBeGreaterThan(2)
})

function absent(client_order_id: string): OrderLookup {
  return {
    type: 'order_lookup',
    outcome: 'absent',
    venue_id: 'one' as OrderLookup['venue_id'],
    account_id: 'main' as OrderLookup['account_id'],
    client_order_id: client_order_id as OrderLookup['client_order_id'],
    report: undefined,
    reason_code: 'not_in_venue_books',
  }
}

function orderState({ sequencer }: LiveDesk, client_order_id: string): string | undefined {
  const ledger = sequencer.built.ledger.save()
  const orders = Object.values(ledger.orders).flatMap(({ open, ended }) => [...open, ...ended])
  return orders.find(({ client_order_ids }) => client_order_ids.includes(client_order_id))?.state
}
