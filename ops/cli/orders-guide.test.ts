import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { ORDER_TYPES, TIMES_IN_FORCE } from '../../schemas/messages/order.ts'
import { ORDER_FACT_TYPES } from '../../schemas/messages/order-fact.ts'
import {
  GROUP_TYPES,
  PARENT_FILLS,
  TRAIL_UNITS,
  TRIGGER_METHODS,
} from '../../schemas/messages/order-terms.ts'
import { DENIAL_CODES } from '../../schemas/messages/risk.ts'
import { capabilitiesOf } from '../../sim/exchange/orders/capability-tables.ts'
import { runCli } from './run-cli.test-support.ts'

const GUIDE = new URL('../../docs/orders.md', import.meta.url)

let cwd = ''
let guide = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-orders-'))
  guide = await readFile(GUIDE, 'utf8')
  const [bracket, sorts] = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, text]) => text)
  const examples = {
    'bracket.ts': must(bracket, 'the guide has an example'),
    'sorts.ts': must(sorts, 'and one of each sort of order'),
  }
  for (const [name, text] of Object.entries({ ...FILES, ...examples })) await writeFile(join(cwd, name), text)
  const args = ['import', 'quotes.csv', '--mapping', 'quotes.yaml', '--store', 'ticks']
  expect(runCli(args, { cwd })).toMatchObject({ exit_code: 0, stderr: '' })
})
afterAll(() => rm(cwd, { recursive: true }))

test('the guide names every word of an order, of its facts and of its denials, and no fact that there is not', () => {
  const said = new Set([...guide.matchAll(/`([a-z._]+)`/g)].map(([, word]) => word))
  const words = [
    ...[...ORDER_TYPES, ...TIMES_IN_FORCE, ...TRIGGER_METHODS, ...TRAIL_UNITS, ...PARENT_FILLS],
    ...GROUP_TYPES.filter((type) => type !== ''),
    ...[...ORDER_FACT_TYPES, ...DENIAL_CODES],
  ]
  expect(words.filter((word) => !said.has(word) && !guide.includes(`'${word}'`))).toEqual([])
  const facts: readonly string[] = ORDER_FACT_TYPES
  expect([...said].filter((word) => word?.startsWith('order.') && !facts.includes(word))).toEqual([])
})

/** The entry is won by 25 units, which lifts the stop to it, and comes back. */
const FILES = {
  'quotes.csv': `time,bid,ask
2024-01-02T10:00:00Z,1.10000,1.10010
2024-01-02T10:01:00Z,1.10035,1.10045
2024-01-02T10:02:00Z,1.10005,1.10015
`,
  'quotes.yaml': `instrument: EURUSD.gen
kind: quote
time_format: iso
time_zone: UTC
columns: { time: time, bid_price: bid, ask_price: ask }
`,
  'session.yaml': `session: orders
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
    risk: { order_quantity_max: 10000, order_notional_max: 20000, position_quantity_max: 50000 }
strategies: [{ id: s, source: bracket.ts#bracket, account: main, instruments: [EURUSD.gen] }]
`,
}

test.each(['all', 'all_and_contingent', 'market_and_limit'])(
  'its bracket trades as it says, at a venue that takes %s',
  async (takes) => {
    const set = `venues.gen.simulation.takes=${takes}`
    const run = runCli(['backtest', 'session.yaml', '--set', set, '--out', takes], { cwd })
    expect(run).toMatchObject({ exit_code: 0, stderr: '' })
    const rows = async (file: string): Promise<Record<string, string>[]> =>
      parse(await readFile(join(cwd, takes, file), 'utf8'), { columns: true })
    const ends = (await rows('orders.csv')).map((row) => [row['order_counter'], row['outcome']])
    expect(ends.sort()).toEqual([
      ['1', 'filled'],
      ['2', 'canceled'],
      ['3', 'filled'],
    ])
    expect((await rows('fills.csv')).map((row) => [row['side'], row['price']])).toEqual([
      ['buy', '1.10010'],
      ['sell', '1.10005'],
    ])
  },
)

test('its orders of each sort are taken by a venue, all of them', async () => {
  const sets = ['strategies.s.source=sorts.ts#sorts', 'accounts.main.risk.order_rate.orders_max=20']
  const layers = sets.flatMap((set) => ['--set', set])
  const run = runCli(['backtest', 'session.yaml', ...layers, '--out', 'sorts'], { cwd })
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  const rows: Record<string, string>[] = parse(await readFile(join(cwd, 'sorts', 'orders.csv'), 'utf8'), {
    columns: true,
  })
  const types = new Set(rows.map((row) => row['order_type']))
  expect([...types].sort()).toEqual([...ORDER_TYPES].sort())
  const ends = new Set(rows.map((row) => row['outcome']))
  expect([...ends].filter((end) => ['denied', 'rejected', 'not_sent'].includes(end ?? ''))).toEqual([])
})

test('each type has the times in force that it names, and no other', () => {
  const held = capabilitiesOf({}, { opening: true, closing: true }).orders
  const rows = [...guide.matchAll(/^\| `([a-z_]+)` \|(?:[^|]*\|){4} ([^|]*) \|$/gm)]
  const said = rows.map(([, type, times = '']) => [type, timesOf(times)])
  const taken = Object.entries(held).map(([type, times]) => [type, [...(times ?? [])].sort()])
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(taken))
})

function timesOf(cell: string): string[] {
  const named = [...cell.matchAll(/`([a-z]+)`/g)].map(([, time = '']) => time)
  if (!cell.startsWith('all')) return named.sort()
  return TIMES_IN_FORCE.filter((time) => !named.includes(time)).sort()
}
