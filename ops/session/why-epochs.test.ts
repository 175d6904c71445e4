// Orders of a session with several starts: told across a restart and a change, from near where they were decided on, and
// while the session runs.

import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { readEffects } from '../../engine/effect-record.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { runCli, startCli } from '../cli/run-cli.test-support.ts'
import type { OrderChain } from './why-order.ts'
import { told } from './why-told.test-support.ts'

const SWEEP = ['--set', 'strategies.t.params.sweep=true']

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-why-epochs-'))
  await writeFile(join(cwd, 'rester.ts'), RESTER)
  await writeFile(join(cwd, 'over.yaml'), SESSION)
  paper('--for', '1')
})
afterAll(() => rm(cwd, { recursive: true }))

test('an order is told from the snapshot before its decision on, or from the start of its epoch', async () => {
  const { first, last } = await tradedAfterSnapshots()
  expect(why(first).run_from.epoch).toBe(2)
  const { run_from, events, difference } = why(last)
  expect({ difference, epoch: run_from.epoch }).toEqual({ difference: null, epoch: 2 })
  expect(run_from.seq).toBeGreaterThan(why(first).run_from.seq)
  expect(run_from.seq).toBeLessThan(events[0]?.seq ?? 0)
  expect(told(events[1] as OrderChain['events'][number])).toBe('onQuote')
})

test('an order that lived through a restart and a change is told from its decision to its end', () => {
  paper('--for', '1.5', ...SWEEP)
  const { events, run_from, difference } = why('over-1-t-1')
  expect(difference).toBeNull()
  expect(run_from).toEqual({ epoch: 1, seq: 0 })
  const decisions = events.filter(({ kind }) => kind === 'decision').map(({ epoch }) => epoch)
  expect(decisions).toEqual([1, 3])
  expect(events.slice(0, 3).map((event) => [event.epoch, told(event)])).toEqual([
    [1, 'quote'],
    [1, 'onQuote'],
    [1, ''],
  ])
  const last = events.at(-1)
  expect(last).toMatchObject({ epoch: 3, kind: 'fact', fact: { type: 'order.canceled' } })
})

test('[J16] an order of a session that runs is told up to what is durable, and the session goes on', async () => {
  const running = startCli(['paper', 'over.yaml'], { cwd })
  const [id = ''] = /over-4-t-\d+/.exec(await running.saw(/filled .*over-4-t-/)) ?? []
  const { events, difference } = why(id)
  expect({ difference, first: events[1] && told(events[1]) }).toEqual({ difference: null, first: 'onQuote' })
  expect(events.some((event) => told(event) === 'new_order_single')).toBe(true)
  expect(runCli(['replay', 'over', '--break', id], { cwd }).stdout).toMatch(/stopped at the break/)
  expect(JSON.parse(runCli(['stop', 'over', '--json'], { cwd }).stdout)).toMatchObject({ was_running: true })
  expect(await running.exit()).toBe(0)
})

function why(order: string): OrderChain {
  return JSON.parse(runCli(['why', order, '--json'], { cwd }).stdout)
}

function paper(...args: string[]): void {
  const { exit_code, stderr } = runCli(['paper', 'over.yaml', ...args], { cwd })
  expect({ exit_code, stderr }).toEqual({ exit_code: 0, stderr: '' })
}

/** Runs epoch 2 until two snapshots are kept of it, and kills it: one that ends takes another and drops the first. */
async function tradedAfterSnapshots(): Promise<{ readonly first: string; readonly last: string }> {
  const epoch = join(cwd, 'runs', 'over', 'journal', 'epoch-000002')
  const running = startCli(['paper', 'over.yaml'], { cwd })
  await running.saw(/filled .*over-2-t-/)
  const kept = () => readdirSync(epoch).filter((name) => /^snapshot-\d+$/.test(name)).length
  await new Promise<void>((resolve) => {
    running.onLine(() => kept() === 2 && resolve())
  })
  running.kill('SIGKILL')
  await running.exit()
  const counters = await sentIn(2)
  return { first: `over-2-t-${counters[0]}`, last: `over-2-t-${counters.at(-1)}` }
}

/** Counters of the orders whose sending the journal of an epoch holds, oldest first. */
async function sentIn(epoch: number): Promise<number[]> {
  const journal = await openFileJournal({ directory: join(cwd, 'runs', 'over', 'journal') })
  const counters: number[] = []
  try {
    for await (const { kind, payload } of journal.read(epoch)) {
      if (kind !== RECORD_KIND.effects) continue
      for (const { type, counter } of readEffects(payload, () => 0).commands)
        if (type === 'new_order_single') counters.push(counter)
    }
  } finally {
    await journal.close()
  }
  return counters
}

const RESTER = `
import { defineStrategy, Type } from 'orrery'

export const rester = defineStrategy({
  name: 'rester',
  params: Type.Object({ sweep: Type.Boolean({ default: false }) }),
  state: () => ({ quotes: 0, resting: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units }) {
    const { state } = ctx
    state.quotes++
    if (!ctx.is_trading) return
    if (ctx.params.sweep && state.resting === 0) {
      // What the strategy of before the change asked for first.
      state.resting = 1
      ctx.cancel(1)
    }
    if (state.resting === 0)
      state.resting = ctx.submit({
        instrument,
        side: 'buy',
        quantity_units: 1000,
        limit_price_units: bid_price_units - 500,
      })
    if (state.quotes % 6 === 0) ctx.submit({ instrument, side: 'sell', quantity_units: 1000 })
  },
})
`

const SESSION = `
session: over
data:
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
live:
  record: false
  on_stop: keep
  snapshot_inputs: 40
  feeds: [{ venue: gen, kind: generator, rows_per_s: 40 }]
venues: [{ id: gen, latency: { submit_us: 1000, report_us: 1000 } }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    risk: { order_quantity_max: 10000, order_notional_max: 20000, position_quantity_max: 500000, order_rate: { orders_max: 100 } }
strategies:
  - { id: t, source: rester.ts#rester, account: main, instruments: [EURUSD.gen] }
`
