// Real histories, when they lie beside the repository: every file of them imports to the rows, and the instants, that a
// reader of another language finds in it, and backtests over them come out the same whatever surrounds them.

import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CliRun, runCli } from './run-cli.test-support.ts'

const LEAN = fileURLToPath(new URL('../../../shared/data/lean', import.meta.url))
const EMA_CROSS = fileURLToPath(new URL('../../actors/strategy/examples/ema-cross.ts', import.meta.url))
const isPresent = existsSync(LEAN)
if (!isPresent) process.stderr.write(`SKIPPED, and nothing proven: there is no real history at ${LEAN}.\n`)

/** Worked out from the archives by hand: lines, first and last stamp (of bars: its end) in UTC. */
const FILES: readonly [path: string, lines: number, from: string, to: string][] = [
  [
    'cfd/oanda/tick/xauusd/20140507_quote.zip',
    219_809,
    '2014-05-07T00:00:00.006949Z',
    '2014-05-07T23:59:59.205351Z',
  ],
  [
    'cfd/oanda/tick/xauusd/20140508_quote.zip',
    199_123,
    '2014-05-08T00:00:00.042431Z',
    '2014-05-08T23:59:59.341445Z',
  ],
  [
    'crypto/coinbase/minute/btcusd/20180404_quote.zip',
    1_437,
    '2018-04-04T00:01:00.000000Z',
    '2018-04-04T23:59:00.000000Z',
  ],
  [
    'crypto/coinbase/minute/btcusd/20180404_trade.zip',
    1_007,
    '2018-04-04T00:01:00.000000Z',
    '2018-04-04T16:48:00.000000Z',
  ],
  [
    'crypto/coinbase/minute/btcusd/20180405_quote.zip',
    1_436,
    '2018-04-05T00:01:00.000000Z',
    '2018-04-05T23:59:00.000000Z',
  ],
  [
    'crypto/coinbase/minute/btcusd/20180405_trade.zip',
    1_440,
    '2018-04-05T00:01:00.000000Z',
    '2018-04-06T00:00:00.000000Z',
  ],
  [
    'crypto/coinbase/second/btcusd/20161007_trade.zip',
    4_063,
    '2016-10-07T00:00:05.000000Z',
    '2016-10-07T23:59:59.000000Z',
  ],
  [
    'crypto/coinbase/second/btcusd/20161008_trade.zip',
    3_453,
    '2016-10-08T00:00:02.000000Z',
    '2016-10-08T23:59:59.000000Z',
  ],
  [
    'crypto/coinbase/second/btcusd/20161009_trade.zip',
    4_004,
    '2016-10-09T00:00:02.000000Z',
    '2016-10-09T23:59:59.000000Z',
  ],
  [
    'forex/fxcm/tick/eurusd/20140507_quote.zip',
    89_504,
    '2014-05-07T05:00:01.014000Z',
    '2014-05-08T04:59:59.234000Z',
  ],
  [
    'forex/fxcm/tick/eurusd/20140508_quote.zip',
    167_466,
    '2014-05-08T05:00:17.007000Z',
    '2014-05-09T04:59:59.235000Z',
  ],
  [
    'forex/fxcm/tick/nzdusd/20140507_quote.zip',
    109_542,
    '2014-05-07T05:00:00.288000Z',
    '2014-05-08T04:59:54.706000Z',
  ],
  [
    'forex/fxcm/tick/nzdusd/20140508_quote.zip',
    103_173,
    '2014-05-08T05:00:01.836000Z',
    '2014-05-09T04:59:58.809000Z',
  ],
  [
    'forex/oanda/tick/eurusd/20140507_quote.zip',
    41_367,
    '2014-05-07T00:00:07.135000Z',
    '2014-05-07T23:59:42.008000Z',
  ],
  [
    'forex/oanda/tick/eurusd/20140508_quote.zip',
    87_833,
    '2014-05-08T00:00:08.715000Z',
    '2014-05-08T23:59:49.008000Z',
  ],
]

type ImportedRow = {
  file: string
  already_present: boolean
  series: { instrument_id: string; kind: string; price_type?: string }
  row_count: number
  from: string
  to: string
}

describe.skipIf(!isPresent)('real histories', () => {
  let directory = ''
  let imported: ImportedRow[] = []
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'orrery-real-'))
    imported = output(
      runCli(['import', LEAN, '--store', join(directory, 'store'), '--json']),
    ) as ImportedRow[]
    await writeFile(join(directory, 'three.yaml'), sessionYaml(THREE))
    await writeFile(join(directory, 'shared-stamps.yaml'), sessionYaml(SHARED_STAMPS))
    const files = FILES.map(([path]) => join(LEAN, path)).filter((path) => /tick/.test(path))
    output(runCli(['import', ...files.toReversed(), '--store', join(directory, 'reversed'), '--json']))
  }, 180_000)
  afterAll(() => rm(directory, { recursive: true }))

  test('every file imports to the rows and the instants it holds', () => {
    // A file of quote bars is two series, and a minute without a bid or ask would show in their counts.
    const expected = FILES.flatMap(([path, lines, from, to]) => {
      const one = { file: path, already_present: false, row_count: lines, from, to }
      return path.includes('minute') && path.includes('quote') ? [one, one] : [one]
    })
    const found = imported.map(({ file, already_present, row_count, from, to }) => ({
      file: file.slice(LEAN.length + 1),
      already_present,
      row_count,
      from,
      to,
    }))
    expect(found).toEqual(expected)
    const quotes = imported.filter(({ series }) => series.kind === 'quote')
    expect(quotes.reduce((sum, { row_count }) => sum + row_count, 0)).toEqual(1_017_817)
  })

  test('importing everything again changes nothing', () => {
    const store = join(directory, 'store')
    const before = runCli(['data', '--imports', '--store', store, '--json']).stdout
    const again = output(runCli(['import', LEAN, '--store', store, '--json'])) as ImportedRow[]
    expect(again.map(({ already_present }) => already_present)).toEqual(again.map(() => true))
    expect(runCli(['data', '--imports', '--store', store, '--json']).stdout).toEqual(before)
    expect(runCli(['data', '--check', '--store', store]).exit_code).toEqual(0)
  })

  test('two venues and three instruments trade together, the same in every surroundings and import order', () => {
    const first = backtest('three.yaml')
    expect(first.data).toMatchObject({ quotes: 256_970 + 212_715 + 418_932, trades: 0, bars: 0 })
    expect(first.fills).toBeGreaterThan(100)
    for (const other of surroundings()) expect(proven(backtest('three.yaml', other))).toEqual(proven(first))
  })

  test('ticks that share stamps come out the same, too', () => {
    const first = backtest('shared-stamps.yaml')
    expect(first.data).toMatchObject({ quotes: 129_200 })
    expect(first.fills).toBeGreaterThan(20)
    for (const other of surroundings()) {
      expect(proven(backtest('shared-stamps.yaml', other))).toEqual(proven(first))
    }
  })

  type Surroundings = { cwd?: string; store?: string; environment?: Record<string, string> }

  /** The same again, elsewhere in the world, and from a store that was filled the other way round. */
  const surroundings = (): Surroundings[] => [
    {},
    {
      cwd: tmpdir(),
      store: join(directory, 'reversed'),
      environment: { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    },
  ]

  const backtest = (config: string, { cwd, store, environment }: Surroundings = {}): Result => {
    const where = { cwd: cwd ?? directory, environment: environment ?? {} }
    const args = ['--set', `data.store=${store ?? join(directory, 'store')}`, '--json']
    return output(runCli(['backtest', join(directory, config), ...args], where)) as Result
  }
})

type Result = Record<'data_hash' | 'output_hash' | 'state_hash', string> & {
  data: Record<string, unknown>
  orders: Record<string, number>
  fills: number
}

function proven({ data_hash, output_hash, state_hash, orders, fills }: Result) {
  return { data_hash, output_hash, state_hash, orders, fills }
}

function output({ exit_code, stdout, stderr }: CliRun): unknown {
  expect({ exit_code, stderr: exit_code === 0 ? '' : stderr + stdout }).toEqual({ exit_code: 0, stderr: '' })
  return JSON.parse(stdout)
}

type Traded = { readonly venue: string; readonly symbol: string; readonly quantity: number }

const THREE: readonly Traded[] = [
  { venue: 'fxcm', symbol: 'EURUSD', quantity: 50_000 },
  { venue: 'fxcm', symbol: 'NZDUSD', quantity: 50_000 },
  { venue: 'oanda', symbol: 'XAUUSD', quantity: 20 },
]
const SHARED_STAMPS: readonly Traded[] = [{ venue: 'oanda', symbol: 'EURUSD', quantity: 50_000 }]

/** A session of the EMA cross, once for each instrument. JSON is YAML. */
function sessionYaml(traded: readonly Traded[]): string {
  const venues = [...new Set(traded.map(({ venue }) => venue))]
  const symbolsOf = (at: string) => traded.filter(({ venue }) => venue === at).map(({ symbol }) => symbol)
  const risk = { order_quantity_max: 100_000, order_notional_max: 200_000, position_quantity_max: 100_000 }
  return JSON.stringify({
    session: 'real',
    data: {
      from: '2014-05-07',
      to: '2014-05-10',
      sources: venues.map((venue) => ({ venue, kind: 'quote', instruments: symbolsOf(venue) })),
    },
    venues: venues.map((id) => ({
      id,
      latency: { submit_us: 2_000, report_us: 2_000 },
      commission: { basis_points: 0.2 },
    })),
    accounts: [{ id: 'main', venues, currency: 'USD', balance: 100_000, leverage_max: 20, risk }],
    strategies: traded.map(({ venue, symbol, quantity }) => ({
      id: symbol.toLowerCase(),
      source: `${EMA_CROSS}#emaCross`,
      account: 'main',
      instruments: [`${symbol}.${venue}`],
      params: { quantity: String(quantity) },
    })),
  })
}
