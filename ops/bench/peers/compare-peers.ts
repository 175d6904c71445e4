// Other engines beside this one: one tape and one strategy, by turns on one machine, so that a slow machine, or a slow moment
// of it, meets all of them. Prints figures as JSON, each with how many times as fast this engine is.
//
//   npm run -s bench:peers -- PYTHON [ROUNDS]
//
// PYTHON has what requirements.txt beside this file names. The peers have the tape in memory and are timed from there on;
// this engine reads it from its store, and writes journal, order files and report.

import { execFile } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { QuoteColumns } from '../../../engine/tick-store-port.ts'
import { must } from '../../../schemas/assert.ts'
import { generateQuotes, MARKET_DEFAULTS } from '../../../sim/market-generator/market-generator.ts'
import type { BenchRun } from '../bench-config.ts'
import { writeHistory } from '../bench-history.ts'
import { figure } from '../figure.ts'
import { measuredRun } from '../measured-run.ts'

const SYMBOL = 'GEN1'
const ROWS = 10_000_000

type Strategy = BenchRun['strategy']
type Done = { readonly per_s: number; readonly orders: number }
/** `rows`: the first quotes of the tape that it is given; fewer where all of them would take an hour. */
type Peer = { readonly name: string; readonly unit: string; readonly rows: number }
type Race = { readonly of: string; readonly strategy: Strategy; readonly peers: readonly Peer[] }

const HFTBACKTEST: Peer = { name: 'hftbacktest', unit: 'quotes/s', rows: ROWS }
const NAUTILUS: Peer = { name: 'nautilus', unit: 'quotes/s', rows: ROWS / 20 }
const BACKTRADER: Peer = { name: 'backtrader', unit: 'bars/s', rows: ROWS }

const RACES: readonly Race[] = [
  { of: 'EMA cross', strategy: 'ema_cross', peers: [HFTBACKTEST, NAUTILUS, BACKTRADER] },
  {
    of: 'a market order every 100 quotes',
    strategy: { quotes_per_order: 100 },
    peers: [HFTBACKTEST, NAUTILUS],
  },
]

async function main([python, rounds = '5']: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-peers-'))
  const surroundings = { python: must(python, 'a Python that has the peers is named'), folder }
  try {
    await Promise.all([writeTape(tapeIn(folder)), writeHistory(folder, [SYMBOL], ROWS)])
    const results: object[] = []
    for (const race of RACES) results.push(...(await timesByTurns(race, Number(rounds), surroundings)))
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

type Surroundings = { readonly python: string; readonly folder: string }

/** Each entrant once a round, then the next round. */
async function timesByTurns(
  { of, strategy, peers }: Race,
  rounds: number,
  { python, folder }: Surroundings,
): Promise<object[]> {
  const orrery = {
    ...{ name: 'orrery', unit: 'quotes/s', rows: ROWS },
    run: () => runOrrery(folder, strategy),
  }
  const entrants = [
    orrery,
    ...peers.map((peer) => ({ ...peer, run: () => runPeer(python, peer, folder, strategy) })),
  ]
  const done = entrants.map((): Done[] => [])
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { name, run }] of entrants.entries()) {
      const one = await run()
      done[i]?.push(one)
      process.stderr.write(`${of}, round ${round} of ${rounds}: ${name} ${Math.round(one.per_s)}\n`)
    }
  }
  const figures = entrants.map(({ name, unit, rows }, i) => {
    const runs = must(done[i], 'each entrant ran')
    const speeds = runs.map(({ per_s }) => per_s)
    return { ...figure(`${of}: ${name}`, unit, speeds), rows, orders: runs.map(({ orders }) => orders) }
  })
  const [own] = figures
  return figures.map((one) =>
    one.unit === own?.unit ? { ...one, orrery_times: own.value / one.value } : one,
  )
}

async function runOrrery(folder: string, strategy: Strategy): Promise<Done> {
  const { timing, orders } = await measuredRun({ instruments: [SYMBOL], strategy, folder })
  return { per_s: must(timing.quotes_per_s, 'a run with quotes has a speed'), orders: orders.submitted }
}

async function runPeer(
  python: string,
  { name, rows }: Peer,
  folder: string,
  strategy: Strategy,
): Promise<Done> {
  const script = fileURLToPath(new URL(`./run_${name}.py`, import.meta.url))
  const what = strategy === 'ema_cross' ? strategy : String(strategy.quotes_per_order)
  const { stdout } = await promisify(execFile)(python, [
    '-W',
    'ignore',
    script,
    tapeIn(folder),
    what,
    String(rows),
  ])
  return JSON.parse(must(stdout.trim().split('\n').at(-1), 'it says what it did')) as Done
}

function tapeIn(folder: string): string {
  return join(folder, 'tape')
}

/** Three columns of 64-bit floats one behind the other: times in microseconds, bids and asks in units of the price. */
async function writeTape(path: string): Promise<void> {
  const columns = [new Float64Array(ROWS), new Float64Array(ROWS), new Float64Array(ROWS)] as const
  let at = 0
  for await (const block of generateQuotes({
    ...MARKET_DEFAULTS,
    instrument_id: `${SYMBOL}.gen`,
    row_count: ROWS,
  })) {
    for (const [i, column] of valuesOf(block).entries()) columns[i]?.set(column.subarray(0, block.count), at)
    at += block.count
  }
  const file = await open(path, 'w')
  try {
    for (const column of columns) await file.writeFile(column)
  } finally {
    await file.close()
  }
}

function valuesOf({ ts_event_us, bid_price_units, ask_price_units }: QuoteColumns): Float64Array[] {
  return [ts_event_us, bid_price_units, ask_price_units]
}

await main(process.argv.slice(2))
