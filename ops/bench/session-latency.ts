// A live session's times: from a tick to the bytes of the order it causes, on the file journal and with a copy on JetStream,
// beside the disk's own syncs in the same run; and how many ticks a second before quotes conflate.

import { setTimeout as wait } from 'node:timers/promises'
import { must } from '../../schemas/assert.ts'
import type { PaperSession } from '../live/paper-session.ts'
import { BareDisk } from './bare-disk.ts'
import type { BareWrite } from './bare-disk-worker.ts'
import { withBenchServer } from './bench-server.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { machineStandstills, outside, standstillSeconds } from './machine-standstills.ts'
import { type MeasuredSession, type OrderTimes, openMeasured } from './measured-session.ts'
import type { SessionLoad } from './session-config.ts'

const RATES_PER_S = [5_000, 20_000]

export async function fileLatencyFigures(scope: BenchScope): Promise<Figure[]> {
  const { seconds } = scope
  const figures: Figure[] = []
  for (const rows_per_s of RATES_PER_S)
    figures.push(...(await latencyAt(scope, { rows_per_s, seconds }, 'file journal')))
  return figures
}

export async function replicatedLatencyFigures(scope: BenchScope): Promise<Figure[]> {
  const { seconds } = scope
  const figures: Figure[] = []
  await withBenchServer(scope.folder, async (bus) => {
    for (const rows_per_s of RATES_PER_S)
      figures.push(...(await latencyAt(scope, { rows_per_s, seconds, bus }, 'replicated')))
  })
  return figures
}

/** The highest rate of these at which no quote conflates. */
export async function sustainedFigures(scope: BenchScope): Promise<Figure[]> {
  let sustained = 0
  for (const rows_per_s of [30_000, 50_000, 75_000, 100_000]) {
    scope.note(`${rows_per_s} ticks/s, seconds`)
    const { conflated } = await measure(scope, { rows_per_s, seconds: Math.ceil(scope.seconds / 6) })
    if (conflated > 0) break
    sustained = rows_per_s
  }
  return [figure('session: sustained ticks before quotes conflate', 'ticks/s', [sustained])]
}

async function latencyAt(scope: BenchScope, load: SessionLoad, durability: string): Promise<Figure[]> {
  scope.note(`${load.rows_per_s} ticks/s, ${durability}, seconds`)
  const { session, conflated, backlog, bare } = await measure(scope, load)
  const { syncs_ms, collections_ms } = session
  // The first second compiles.
  const orders = session.orders.slice(Math.min(session.orders.length - 1, load.rows_per_s / 100))
  const byLatency = orders.toSorted((a, b) => latencyOf(a) - latencyOf(b))
  const standstills = machineStandstills(bare)
  const unmet = outside(byLatency, standstills)
  const slow = byLatency.slice(placeOf(byLatency, 0.99))
  const name = `session: tick in to order bytes out, ${durability}, ${load.rows_per_s} ticks/s`
  return [
    ...latencyFigures(name, byLatency),
    // A short run may have been one standstill.
    ...(unmet.length === 0 ? [] : latencyFigures(`${name}, outside standstills of the machine`, unmet)),
    figure(`${name}, standstills of the machine`, 'standstills', [standstills.length]),
    figure(`${name}, standstills of the machine, together`, 's', [standstillSeconds(standstills)]),
    ...diskFigures(
      `${name}, bare write and fdatasync beside`,
      bare.map(({ span_ms }) => span_ms),
    ),
    ...diskFigures(`${name}, fdatasync of the segment`, syncs_ms.segment),
    ...diskFigures(`${name}, fdatasync of the mark`, syncs_ms.mark),
    ...partFigures(name, 'all', byLatency),
    ...partFigures(name, 'the slowest hundredth', slow),
    figure(`${name}, longest collection`, 'us', [Math.max(0, ...collections_ms) * 1000]),
    figure(`${name}, orders`, 'orders', [byLatency.length]),
    figure(`${name}, conflated quotes`, 'quotes', [conflated]),
    figure(`${name}, ticks waiting at the end`, 'ticks', [backlog]),
  ]
}

function latencyFigures(name: string, byLatency: readonly OrderTimes[]): Figure[] {
  return [0.5, 0.99, 0.999].map((share) => {
    const order = must(byLatency[placeOf(byLatency, share)], 'orders were sent')
    return figure(`${name}, p${100 * share}`, 'us', [latencyOf(order)])
  })
}

function latencyOf({ meant_us, sent_us }: OrderTimes): number {
  return sent_us - meant_us
}

function placeOf(sorted: readonly unknown[], share: number): number {
  return Math.floor((sorted.length - 1) * share)
}

function diskFigures(name: string, spans_ms: readonly number[]): Figure[] {
  const sorted = spans_ms.toSorted((a, b) => a - b)
  return [0.5, 0.99, 0.999].map((share) =>
    figure(`${name}, p${100 * share}`, 'us', [(sorted[placeOf(sorted, share)] ?? Number.NaN) * 1000]),
  )
}

/** Where the time of these orders went, on average: to the step, for the disk, from there to the venue. */
function partFigures(name: string, which: string, orders: readonly OrderTimes[]): Figure[] {
  const mean = (of: (order: OrderTimes) => number) =>
    orders.reduce((sum, order) => sum + of(order), 0) / orders.length
  return [
    figure(`${name}, ${which}: before the step`, 'us', [
      mean(({ meant_us, stepped_us }) => stepped_us - meant_us),
    ]),
    figure(`${name}, ${which}: for the disk`, 'us', [
      mean(({ stepped_us, durable_us }) => durable_us - stepped_us),
    ]),
    figure(`${name}, ${which}: behind it`, 'us', [mean(({ durable_us, sent_us }) => sent_us - durable_us)]),
  ]
}

type Measured = {
  readonly session: MeasuredSession
  readonly conflated: number
  readonly backlog: number
  /** What the disk took meanwhile for writes that nothing else came with. */
  readonly bare: readonly BareWrite[]
}

async function measure(scope: BenchScope, load: SessionLoad): Promise<Measured> {
  const session = await openMeasured(scope, load, true)
  const { paper } = session
  const disk = new BareDisk(paper.folder)
  await paper.session.run()
  for (let second = 1; second <= load.seconds; second++) {
    await wait(1_000)
    scope.passed(second, load.seconds)
  }
  const rows = must(paper.session.feeds[0], 'the session has a feed').counts()['rows'] ?? 0
  const { conflated_count: conflated } = paper.session.sequencer
  const backlog = Math.max(0, rows - rowsStepped(paper))
  const bare = await disk.close()
  await session.close()
  return { session, conflated, backlog, bare }
}

/** Rows the node has processed; its other inputs are counted with them, which only helps the other side. */
function rowsStepped({ session }: PaperSession): number {
  return session.sequencer.node.seq + session.sequencer.conflated_count
}
