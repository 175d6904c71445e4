import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli } from './run-cli.test-support.ts'

// What a venue chooses in its configuration reaches the exchange of a backtest, and of its re-run.

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-fills-'))
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text)
  for (const kind of ['quotes', 'trades']) {
    const imported = runCli(['import', `${kind}.csv`, '--mapping', `${kind}.yaml`, '--store', 'ticks'], {
      cwd: folder,
    })
    expect(imported).toMatchObject({ exit_code: 0, stderr: '' })
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** The bid shows 1,000 for three minutes, while 1,500 trade there. */
const FILES = {
  'quotes.csv': `time,bid,ask,bid_size,ask_size
2024-01-02T10:00:00Z,1.10000,1.10010,1000,1000
2024-01-02T10:01:00Z,1.10000,1.10010,1000,1000
2024-01-02T10:02:00Z,1.10000,1.10010,1000,1000
2024-01-02T10:03:00Z,1.10000,1.10010,1000,1000
`,
  'quotes.yaml': `instrument: EURUSD.gen
kind: quote
time_format: iso
time_zone: UTC
columns: { time: time, bid_price: bid, ask_price: ask, bid_size: bid_size, ask_size: ask_size }
`,
  'trades.csv': `time,price,size
2024-01-02T10:01:30Z,1.10000,700
2024-01-02T10:02:30Z,1.10000,800
`,
  'trades.yaml': `instrument: EURUSD.gen
kind: trade
time_format: iso
time_zone: UTC
columns: { time: time, price: price, size: size }
`,
  'join.ts': `import { defineStrategy, Type } from 'orrery'
export const join = defineStrategy({
  name: 'join',
  params: Type.Object({ sells: Type.Boolean({ default: false }) }, { additionalProperties: false }),
  state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units }) {
    ctx.state.quotes++
    if (ctx.state.quotes === 1)
      ctx.submit({ instrument, side: 'buy', quantity_units: 400, limit_price_units: bid_price_units })
    if (ctx.params.sells && ctx.state.quotes === 3)
      ctx.submit({ instrument, side: 'sell', quantity_units: 1_200, limit_price_units: bid_price_units })
    if (ctx.state.quotes < 3) ctx.submit({ instrument, side: 'buy', quantity_units: 600, time_in_force: 'ioc' })
  },
})
`,
  'session.yaml': `session: fills
journal: { directory: ./runs }
data:
  store: ./ticks
  from: 2024-01-02
  to: 2024-01-03
  sources:
    - { venue: gen, kind: quote, instruments: [EURUSD] }
    - { venue: gen, kind: trade, instruments: [EURUSD] }
venues: [{ id: gen }]
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 200000, position_quantity_max: 100000 }
strategies: [{ id: join, source: join.ts#join, account: main, instruments: [EURUSD.gen] }]
`,
}

function backtest(out: string, ...choices: readonly string[]) {
  const set = choices.flatMap((choice) => ['--set', `venues[0].simulation.${choice}`])
  const run = runCli(['backtest', 'session.yaml', '--out', out, '--json', ...set], { cwd: folder })
  expect(run).toMatchObject({ exit_code: 0, stderr: '' })
  const { fills } = JSON.parse(run.stdout) as { fills: number }
  return fills
}

test('a queue and how long what was taken is gone are chosen in the configuration, and verified', () => {
  // Both market orders find their 600 at the ask.
  expect(backtest('plain')).toBe(2)
  // The second finds 400, and the rest one increment worse.
  expect(backtest('taken', 'taken_until=level_changes')).toBe(3)
  // Of 1,500 that trade at the bid 500 are more than stood in front.
  expect(backtest('queued', 'queue.model=conservative')).toBe(3)
  expect(runCli(['verify', 'queued'], { cwd: folder })).toMatchObject({ exit_code: 0 })
})

test('an impact and what becomes of orders that meet are chosen in the configuration', async () => {
  const impact = ['model=linear', 'increments=3', 'quantity=600', 'half_life_us=3600000000000']
  expect(backtest('impact', ...impact.map((choice) => `impact.${choice}`))).toBe(2)
  // A minute later all but nothing of the first 600 has passed.
  expect(await readFile(join(folder, 'impact', 'fills.csv'), 'utf8')).toContain('1.10013')
  // Nobody stands in front of the 400 that wait, and the market has the rest of the 1,200 that are sold.
  const sells = ['--set', 'strategies.join.params.sells=true']
  const meet = ['--set', 'venues[0].simulation.self_match=allowed']
  const run = runCli(['backtest', 'session.yaml', '--out', 'met', '--json', ...sells, ...meet], {
    cwd: folder,
  })
  expect(JSON.parse(run.stdout)).toMatchObject({ fills: 5 })
  const rows = await readFile(join(folder, 'met', 'fills.csv'), 'utf8')
  expect([rows.match(/,400,/g)?.length, rows.match(/,800,/g)?.length]).toEqual([2, 1])
})

const CUSTOM = ['fills.model=custom', 'fills.source=models/own.ts#share', 'fills.params.parts=2'] as const

/** The guide's own example, in the folder that its configuration names. */
async function writeGuidesModels(): Promise<void> {
  const guide = await readFile(new URL('../../docs/market-models.md', import.meta.url), 'utf8')
  const code = must(/```ts\n([\s\S]*?)```/.exec(guide)?.[1], 'the guide has an example')
  await mkdir(join(folder, 'models'), { recursive: true })
  await writeFile(join(folder, 'models/own.ts'), code)
}

test("a user's own models of fills and impact run by configuration, are stored with the run, and verified", async () => {
  await writeGuidesModels()
  expect(backtest('custom', ...CUSTOM, 'impact.model=custom', 'impact.source=models/own.ts#twoMinutes')).toBe(
    2,
  )
  // Of 1,000 shown each order gets 500, and the second, a minute after the first, an increment further.
  const fills = await readFile(join(folder, 'custom', 'fills.csv'), 'utf8')
  expect(fills.match(/,500,1\.1001\d*,/g)).toEqual([',500,1.10010,', ',500,1.10011,'])
  // Another model on disk changes nothing of what ran.
  await writeFile(join(folder, 'models/own.ts'), 'export const share = 1')
  expect(runCli(['verify', 'custom'], { cwd: folder })).toMatchObject({ exit_code: 0 })
})

test('a model that is none, whose parameters do not fit, or that answers what cannot be is refused by name', async () => {
  await writeGuidesModels()
  const refused = (...choices: readonly string[]) => {
    const set = choices.flatMap((choice) => ['--set', `venues[0].simulation.${choice}`])
    const { exit_code, stderr } = runCli(['backtest', 'session.yaml', '--out', 'refused', ...set], {
      cwd: folder,
    })
    return { exit_code, stderr: stderr.replaceAll(/\s+/g, ' ') }
  }
  expect(refused('fills.model=custom', 'fills.source=models/own.ts#twoMinutes')).toMatchObject({
    exit_code: 2,
    stderr: expect.stringContaining('The export "twoMinutes" is no fill model.'),
  })
  const params = refused('fills.model=custom', 'fills.source=models/own.ts#share', 'fills.params.parts=0')
  expect(params.exit_code).toBe(2)
  expect(params.stderr).toContain('venues[0].simulation.fills.params.parts')
  await writeFile(
    join(folder, 'models/own.ts'),
    `import { defineFillModel, Type } from 'orrery'
export const share = defineFillModel({
  name: 'more',
  params: Type.Object({}),
  state: () => ({}),
  fills_residual: false,
  available: (_ctx, _order, shown_units) => shown_units + Date.now() * 0 + 1,
})
`,
  )
  const clock = refused('fills.model=custom', 'fills.source=models/own.ts#share')
  expect(clock.exit_code).toBe(6)
  expect(clock.stderr).toContain('ambient_in_step')
  const own = (await readFile(join(folder, 'models/own.ts'), 'utf8')).replace(' + Date.now() * 0', '')
  await rm(join(folder, 'refused'), { recursive: true, force: true })
  await writeFile(join(folder, 'models/own.ts'), own)
  expect(refused('fills.model=custom', 'fills.source=models/own.ts#share')).toMatchObject({
    exit_code: 6,
    stderr: expect.stringContaining('answered 1001 for available, and not a whole number from 0 to 1000'),
  })
})

test('a choice that says nothing on the data of the venue is refused in a sentence', () => {
  const set = ['--set', 'venues[0].simulation.queue.model=exact']
  const run = runCli(['backtest', 'session.yaml', '--out', 'exact', ...set], { cwd: folder })
  expect(run.exit_code).toBe(2)
  expect(run.stderr).toContain('the exact place of an order is known in a book by order alone.')
})
