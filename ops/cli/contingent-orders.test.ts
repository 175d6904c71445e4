import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.test-support.ts'

// Which links a venue keeps is chosen in the configuration, and reaches the strategy's orders, the exchange and the re-run.

/** The entry trades 400, then 600 more; the profit takes 300 of it, and the stop gets what is left. */
const FILES = {
  'quotes.csv': `time,bid,ask,bid_size,ask_size
2024-01-02T10:00:00Z,1.10000,1.10010,5000,5000
2024-01-02T10:01:00Z,1.09985,1.09990,5000,400
2024-01-02T10:02:00Z,1.09985,1.09990,5000,5000
2024-01-02T10:03:00Z,1.10050,1.10060,300,5000
2024-01-02T10:04:00Z,1.09900,1.09910,5000,5000
2024-01-02T10:05:00Z,1.10050,1.10060,5000,5000
`,
  'quotes.yaml': `instrument: EURUSD.gen
kind: quote
time_format: iso
time_zone: UTC
columns: { time: time, bid_price: bid, ask_price: ask, bid_size: bid_size, ask_size: ask_size }
`,
  'bracket.ts': `import { defineStrategy, Type } from 'orrery'
export const bracket = defineStrategy({
  name: 'bracket',
  params: Type.Object({}),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, ask_price_units }) {
    if (++ctx.state.quotes > 1) return
    const quantity_units = 1_000
    const entry = ctx.submit({ instrument, side: 'buy', quantity_units, limit_price_units: ask_price_units - 20 })
    const way = { instrument, side: 'sell', quantity_units, parent: { counter: entry } } as const
    const profit = ctx.submit({ ...way, limit_price_units: ask_price_units + 40 })
    ctx.submit({ ...way, trigger_price_units: ask_price_units - 80, group: { counter: profit, type: 'ouo' } })
  },
})
`,
  'session.yaml': `session: linked
journal: { directory: ./runs }
data:
  store: ./ticks
  from: 2024-01-02
  to: 2024-01-03
  sources: [{ venue: gen, kind: quote, instruments: [EURUSD] }]
venues: [{ id: gen }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 200000, position_quantity_max: 100000 }
strategies: [{ id: bracket, source: bracket.ts#bracket, account: main, instruments: [EURUSD.gen] }]
`,
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-linked-'))
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text)
  const args = ['import', 'quotes.csv', '--mapping', 'quotes.yaml', '--store', 'ticks']
  expect(runCli(args, { cwd: folder })).toMatchObject({ exit_code: 0, stderr: '' })
})
afterAll(() => rm(folder, { recursive: true }))

test('[K2] [K3] a bracket trades the same whether the venue keeps its links or the engine does, and says which', async () => {
  const ways = ['all', 'all_and_contingent'].map(async (takes) => {
    const run = runCli(
      ['backtest', 'session.yaml', '--out', takes, '--set', `venues[0].simulation.takes=${takes}`],
      { cwd: folder },
    )
    expect(run).toMatchObject({ exit_code: 0, stderr: '' })
    expect(runCli(['verify', takes], { cwd: folder })).toMatchObject({ exit_code: 0, stderr: '' })
    return {
      fills: await columns(takes, 'fills.csv', ['time', 'order_counter', 'side', 'quantity', 'price']),
      orders: await columns(takes, 'orders.csv', [
        'order_counter',
        'quantity',
        'filled_quantity',
        'outcome',
        'reason_code',
      ]),
    }
  })
  const [engine, venue] = await Promise.all(ways)
  const fills = [
    '2024-01-02T10:01:00.000000Z,1,buy,400,1.09990',
    '2024-01-02T10:02:00.000000Z,1,buy,600,1.09990',
    '2024-01-02T10:03:00.000000Z,2,sell,300,1.10050',
    '2024-01-02T10:04:00.000000Z,3,sell,700,1.09900',
  ]
  expect(engine).toEqual({
    fills,
    orders: ['1,1000,1000,filled,', '2,1000,300,canceled,', '3,700,700,filled,'],
  })
  expect(venue).toEqual({
    fills,
    orders: ['1,1000,1000,filled,', '2,1000,300,canceled,group', '3,1000,700,canceled,withheld'],
  })
})

async function columns(out: string, file: string, names: readonly string[]): Promise<string[]> {
  const [head = '', ...rows] = (await readFile(join(folder, out, file), 'utf8')).trim().split('\n')
  const places = names.map((name) => head.split(',').indexOf(name))
  return rows.map((row) => places.map((place) => row.split(',')[place]).join()).sort()
}
