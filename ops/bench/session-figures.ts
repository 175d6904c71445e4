// A paper session as a user runs it, in real time: how long from a tick to the bytes of the order it causes, on the file
// journal and with a copy on JetStream; how many ticks a second before quotes conflate; how long a restart takes after a
// kill; how long a snapshot stops it; whether its memory grows.
//
// A tick's time is when it was meant to come, so that a stall counts for every tick it delayed.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { epochPath } from '../../adapters/journal-file/journal-paths.ts'
import type { SessionClock } from '../../adapters/session-clock/session-clock.ts'
import type { FeedClock } from '../../engine/market-feed-port.ts'
import { assert, must } from '../../schemas/assert.ts'
import { openPaperSession, type PaperSession } from '../live/paper-session.ts'
import { sessionJournal } from '../live/session-folder.ts'
import { withBenchServer } from './bench-server.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { killedSession } from './killed-session.ts'
import { type SessionLoad, sessionConfig } from './session-config.ts'
import { Standstills } from './standstills.ts'

/** A minute at 20,000 ticks a second before the memory is looked at, and this many looks. */
const HEAP_LOOKS = 10

export async function sessionFigures(scope: BenchScope): Promise<Figure[]> {
  const seconds = Number(process.env['ORRERY_BENCH_SECONDS'] ?? 60 / scope.divisor)
  const figures: Figure[] = []
  for (const rows_per_s of [5_000, 20_000]) {
    scope.note(`${rows_per_s} ticks/s, file journal`)
    figures.push(...(await latencyFigures(scope, { rows_per_s, seconds }, 'file journal')))
  }
  await withBenchServer(scope.folder, async (bus) => {
    for (const rows_per_s of [5_000, 20_000]) {
      scope.note(`${rows_per_s} ticks/s, replicated`)
      figures.push(...(await latencyFigures(scope, { rows_per_s, seconds, bus }, 'replicated')))
    }
  })
  scope.note('sustained ticks')
  figures.push(await sustainedFigure(scope, seconds / 6))
  scope.note('restart after a kill')
  figures.push(...(await restartFigures(scope)))
  scope.note('snapshot and memory')
  figures.push(...(await restingFigures(scope, seconds)))
  return figures
}

async function latencyFigures(scope: BenchScope, load: SessionLoad, durability: string): Promise<Figure[]> {
  const measured = await measure(scope, load)
  const { latencies_us, conflated, backlog } = measured
  const name = `session: tick in to order bytes out, ${durability}, ${load.rows_per_s} ticks/s`
  const sorted = latencies_us.toSorted((a, b) => a - b)
  const at = (share: number) => must(sorted[Math.floor((sorted.length - 1) * share)], 'orders were sent')
  return [
    figure(`${name}, p50`, 'us', [at(0.5)]),
    figure(`${name}, p99`, 'us', [at(0.99)]),
    figure(`${name}, p99.9`, 'us', [at(0.999)]),
    figure(`${name}, orders`, 'orders', [sorted.length]),
    figure(`${name}, conflated quotes`, 'quotes', [conflated]),
    figure(`${name}, ticks waiting at the end`, 'ticks', [backlog]),
  ]
}

type Measured = { readonly latencies_us: number[]; readonly conflated: number; readonly backlog: number }

async function measure(scope: BenchScope, load: SessionLoad): Promise<Measured> {
  const { paper, latencies_us } = await openMeasured(scope, load)
  const { sequencer } = paper.session
  await paper.session.run()
  await wait(load.seconds * 1000)
  const backlog = must(paper.session.feeds[0], 'the session has a feed').counts()['rows'] ?? 0
  const measured = {
    // The first second compiles.
    latencies_us: latencies_us.slice(Math.min(latencies_us.length - 1, load.rows_per_s / 100)),
    conflated: sequencer.conflated_count,
    backlog: Math.max(0, backlog - rowsStepped(paper)),
  }
  await paper.session.stop('bench', 'cancel')
  await paper.close()
  return measured
}

/** Rows the node has processed; its other inputs are counted with them, which only helps the other side. */
function rowsStepped({ session }: PaperSession): number {
  return session.sequencer.node.seq + session.sequencer.conflated_count
}

async function openMeasured(scope: BenchScope, load: SessionLoad, onTurn: () => void = () => undefined) {
  const folder = await mkdtemp(join(scope.folder, 'session-'))
  const path = await sessionConfig(folder, load)
  const latencies_us: number[] = []
  const triggers = new Map<string, number>()
  let clock: SessionClock | undefined
  let table: { readonly ts_event_us: Float64Array } | undefined
  const paper = await openPaperSession({
    path,
    set: [],
    observer: {
      // In the step of the tick that caused it, whose time the market table holds.
      onCommand: ({ client_order_id }) => triggers.set(client_order_id, table?.ts_event_us[0] ?? 0),
    },
    onAlert: () => undefined,
    onFault: ({ message }) => assert(false, `the strategy of the bench has no fault: ${message}`),
    onFailure: (error) => {
      throw error
    },
    onHistoryEnd: () => undefined,
    between: {
      feedClock: (clock) => spinning(clock, onTurn),
      connection: (connection) => ({
        venue_id: connection.venue_id,
        capabilities: connection.capabilities,
        open: (session, listener) => connection.open(session, listener),
        lookUp: (account_id, ids) => connection.lookUp(account_id, ids),
        requestState: (account_id) => connection.requestState(account_id),
        close: () => connection.close(),
        send: (command, sent_us) => {
          const meant_us = triggers.get(command.client_order_id)
          if (meant_us !== undefined && clock !== undefined) latencies_us.push(clock.now_us() - meant_us)
          triggers.delete(command.client_order_id)
          connection.send(command, sent_us)
        },
      }),
    },
  })
  clock = paper.clock
  table = paper.session.sequencer.built.trading.table
  return { paper, latencies_us, folder }
}

/** The platform's timers are no finer than a millisecond, which would be most of what is measured. */
function spinning(clock: SessionClock, onTurn: () => void): FeedClock {
  return {
    now_us: () => clock.now_us(),
    after: (delay_us, call) => {
      const at_us = clock.now_us() + delay_us
      let isCancelled = false
      const look = () => {
        if (isCancelled) return
        onTurn()
        if (clock.now_us() >= at_us) call()
        else setImmediate(look)
      }
      setImmediate(look)
      return () => {
        isCancelled = true
      }
    },
  }
}

/** The highest rate of these at which no quote conflates. */
async function sustainedFigure(scope: BenchScope, seconds: number): Promise<Figure> {
  let sustained = 0
  for (const rows_per_s of [30_000, 50_000, 75_000, 100_000]) {
    const { conflated } = await measure(scope, { rows_per_s, seconds })
    if (conflated > 0) break
    sustained = rows_per_s
  }
  return figure('session: sustained ticks before quotes conflate', 'ticks/s', [sustained])
}

/** Killed with -9 at some point behind a million inputs, and opened again: until orders may leave. */
async function restartFigures(scope: BenchScope): Promise<Figure[]> {
  const inputs = 1_000_000 / scope.divisor
  const folder = await mkdtemp(join(scope.folder, 'killed-'))
  const path = await sessionConfig(folder, { rows_per_s: 100_000, seconds: 0 })
  const journaled = await killedSession(path, folder, inputs)
  const began = performance.now()
  const paper = await openPaperSession({
    path,
    set: [],
    observer: {},
    onAlert,
    onFault,
    onFailure,
    onHistoryEnd: onAlert,
  })
  const opened_s = (performance.now() - began) / 1000
  await paper.session.run()
  while (!paper.session.is_trading_enabled) await wait(1)
  const ready_s = (performance.now() - began) / 1000
  await paper.session.stop('bench', 'cancel')
  await paper.close()
  return [
    figure('session: inputs journaled before the kill', 'inputs', [journaled]),
    figure('session: restart, journal run again', 's', [opened_s]),
    figure('session: restart, reconciled and ready', 's', [ready_s]),
  ]
}

async function restingFigures(scope: BenchScope, seconds: number): Promise<Figure[]> {
  const standstills = new Standstills()
  const { paper } = await openMeasured(scope, { rows_per_s: 20_000, seconds }, standstills.look)
  await paper.session.run()
  const { folder, session } = paper
  const stopWatching = standstills.watch(epochPath(sessionJournal(folder), session.start.epoch))
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heap_bytes: number[] = []
  for (let look = 0; look < HEAP_LOOKS; look++) {
    await wait((seconds * 1000) / HEAP_LOOKS)
    standstills.look()
    collect()
    standstills.forgive()
    heap_bytes.push(process.memoryUsage().heapUsed)
  }
  stopWatching()
  await paper.session.stop('bench', 'cancel')
  await paper.close()
  const beside = standstills.longest('with a snapshot')
  const without = standstills.longest('without')
  const orders = must(paper.session.sequencer.built.trading.orders.get('main'), 'the account is there').counts
  return [
    figure('session: longest standstill while a snapshot is taken', 'ms', [
      must(beside.at(-1), 'snapshots were taken'),
    ]),
    figure('session: longest standstill of a quarter second with one', 'ms', beside),
    figure('session: longest standstill of a quarter second without', 'ms', without),
    figure('session: snapshots taken', 'snapshots', [standstills.snapshots]),
    figure('session: orders at the last snapshot', 'orders', [orders.accepted]),
    figure('session: heap slope at 20000 ticks/s', 'MB/h', [
      slopePerHour(heap_bytes.slice(2), seconds / HEAP_LOOKS),
    ]),
    figure('session: heap measured over', 's', [seconds]),
  ]
}

/** Least squares over looks `step_s` apart, in MB an hour. */
function slopePerHour(bytes: readonly number[], step_s: number): number {
  const mean_x = (bytes.length - 1) / 2
  const mean_y = bytes.reduce((sum, value) => sum + value, 0) / bytes.length
  let above = 0
  let below = 0
  for (const [x, value] of bytes.entries()) {
    above += (x - mean_x) * (value - mean_y)
    below += (x - mean_x) ** 2
  }
  return ((above / below) * 3_600) / step_s / 1e6
}

const onAlert = () => undefined
const onFault = () => undefined
const onFailure = (error: unknown) => {
  throw error
}
