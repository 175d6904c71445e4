import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli, startCli } from './run-cli.test-support.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-books-'))
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]) => runCli(args, { cwd: folder })

/** As Tardis.dev writes it: a snapshot, two messages, and a snapshot again. */
const TARDIS = `exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount
coinbase,BTC-USD,1704196800000000,1704196800000100,true,bid,42000.00,2
coinbase,BTC-USD,1704196800000000,1704196800000100,true,bid,41999.00,1
coinbase,BTC-USD,1704196800000000,1704196800000100,true,ask,42001.00,0.5
coinbase,BTC-USD,1704196800000000,1704196800000100,true,ask,42002.00,3
coinbase,BTC-USD,1704196800900000,1704196801000100,false,bid,42000.00,0
coinbase,BTC-USD,1704196800900000,1704196801000100,false,bid,42001.00,1
coinbase,BTC-USD,1704196800900000,1704196801000100,false,ask,42001.00,0
coinbase,BTC-USD,1704196802000000,1704196802000100,true,bid,42010.00,4
coinbase,BTC-USD,1704196802000000,1704196802000100,true,ask,42011.00,0.25
coinbase,BTC-USD,1704196802000000,1704196802000100,true,ask,42012.00,9
`

/** As Databento writes the schema mbo: a snapshot, then a trade as the aggressor's row, two fills and their cancels. */
const DATABENTO = `ts_recv,ts_event,rtype,publisher_id,instrument_id,action,side,price,size,channel_id,order_id,flags,ts_in_delta,sequence,symbol
2024-01-02T12:00:00.000100000Z,2024-01-02T11:00:00.000000000Z,160,1,7,R,N,,0,0,0,8,0,0,EURUSD
2024-01-02T12:00:00.000100000Z,2024-01-02T11:00:00.000000000Z,160,1,7,A,B,1.100000000,5000,0,901,40,0,0,EURUSD
2024-01-02T12:00:00.000100000Z,2024-01-02T11:00:00.000000000Z,160,1,7,A,A,1.100100000,5000,0,902,168,0,0,EURUSD
2024-01-02T12:00:01.000100000Z,2024-01-02T12:00:01.000000000Z,160,1,7,A,B,1.100000000,5000,0,903,130,165200,11,EURUSD
2024-01-02T12:00:02.000100000Z,2024-01-02T12:00:02.000000000Z,160,1,7,T,A,1.100000000,7000,0,0,0,165200,12,EURUSD
2024-01-02T12:00:02.000100000Z,2024-01-02T12:00:02.000000000Z,160,1,7,F,B,1.100000000,5000,0,901,0,165200,12,EURUSD
2024-01-02T12:00:02.000100000Z,2024-01-02T12:00:02.000000000Z,160,1,7,F,B,1.100000000,2000,0,903,0,165200,12,EURUSD
2024-01-02T12:00:02.000100000Z,2024-01-02T12:00:02.000000000Z,160,1,7,C,B,1.100000000,5000,0,901,0,165200,12,EURUSD
2024-01-02T12:00:02.000100000Z,2024-01-02T12:00:02.000000000Z,160,1,7,C,B,1.100000000,2000,0,903,130,165200,12,EURUSD
2024-01-02T12:00:03.000100000Z,2024-01-02T12:00:03.000000000Z,160,1,7,M,A,1.100200000,5000,0,902,130,165200,13,EURUSD
`

const config = (venue: string, source: string, strategy: string, instrument: string, book: string) => `
session: books
journal: { directory: ./runs }
data: { store: ./ticks, from: 2024-01-02, to: 2024-01-03, sources: [${source}] }
venues: [{ id: ${venue}, simulation: { book: ${book} } }]
accounts:
  - id: main
    venues: [${venue}]
    currency: USD
    balance: 1000000
    leverage_max: 20
    risk: { order_quantity_max: 100000, order_notional_max: 20000000, position_quantity_max: 100000 }
strategies: [{ id: ${strategy}, source: strategies.ts#${strategy}, account: main, instruments: [${instrument}] }]
`

const FILES = {
  'tardis.csv': TARDIS,
  'tardis.yaml': 'kind: tardis_incremental_book_L2\nsymbols: { BTC-USD: BTCUSD.coinbase }\n',
  'mbo.csv': DATABENTO,
  'mbo.yaml': 'kind: databento_mbo\nsymbols: { EURUSD: EURUSD.gen }\n',
  'raw.csv': rawOf(DATABENTO),
  'raw.yaml':
    'kind: databento_mbo\nsymbols: { "7": EURUSD.gen }\nsymbol_column: instrument_id\npretty_px: false\npretty_ts: false\n',
  'strategies.ts': `import { defineStrategy, Type } from 'orrery'
const params = Type.Object({}, { additionalProperties: false })
export const taker = defineStrategy({
  name: 'taker', params, state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    ctx.state.quotes += 1
    if (ctx.state.quotes !== 2) ctx.submit({ instrument, side: 'buy', quantity_units: 50_000_000 })
  },
})
export const walker = defineStrategy({
  name: 'walker', params, state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument }) {
    ctx.state.quotes += 1
    if (ctx.state.quotes === 1) ctx.submit({ instrument, side: 'buy', quantity_units: 200_000_000 })
  },
})
export const maker = defineStrategy({
  name: 'maker', params, state: () => ({ quotes: 0 }),
  onQuote(ctx, { instrument_id: instrument, bid_price_units }) {
    ctx.state.quotes += 1
    if (ctx.state.quotes > 1) return
    ctx.submit({ instrument, side: 'buy', quantity_units: 1_000, limit_price_units: bid_price_units })
  },
})
`,
  'taker.yaml': config(
    'coinbase',
    '{ venue: coinbase, kind: book_level, instruments: [BTCUSD] }',
    'taker',
    'BTCUSD.coinbase',
    'book_level',
  ),
  'maker.yaml': config(
    'gen',
    '{ venue: gen, kind: book_order, instruments: [EURUSD] }',
    'maker',
    'EURUSD.gen',
    'book_order',
  ),
}

/** The same file with prices in 10^-9 and times in nanoseconds. */
function rawOf(pretty: string): string {
  const [header = '', ...lines] = pretty.trimEnd().split('\n')
  const raw = lines.map((line) => {
    const fields = line.split(',')
    const ns = (text = '') =>
      `${BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(text.slice(20, 29))}`
    const price = fields[7] === '' ? '9223372036854775807' : `${fields[7]?.replace('.', '')}`
    return [ns(fields[0]), ns(fields[1]), ...fields.slice(2, 7), price, ...fields.slice(8, -1)].join(',')
  })
  return [header.replace(',symbol', ''), ...raw].join('\n')
}

async function fillsOf(name: string): Promise<string[]> {
  const [, ...lines] = (await readFile(join(folder, name, 'fills.csv'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => {
    const fields = line.split(',')
    return [fields[0], ...fields.slice(10, 14)].join(' ')
  })
}

test('a book by price of Tardis is imported, traded level by level, and verified in a process of its own', async () => {
  expect(run('import', 'tardis.csv', '--mapping', 'tardis.yaml', '--store', 'ticks')).toMatchObject({
    exit_code: 0,
    stderr: '',
    // Each of the two snapshots begins with a row that empties the book.
    stdout: expect.stringContaining('BTCUSD.coinbase book_level    12  2024-01-02T12:00:00.000100Z'),
  })
  const { exit_code, stdout } = run('backtest', 'taker.yaml', '--out', 'taker', '--json')
  expect(exit_code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    data: { quotes: 0, book_levels: 12, book_orders: 0 },
    orders: { submitted: 2, filled: 2 },
    venues: [{ venue_id: 'coinbase', ignored_row_count: 0 }],
  })
  expect(await fillsOf('taker')).toEqual([
    '2024-01-02T12:00:00.000100Z buy 0.50000000 42001.00 taker',
    '2024-01-02T12:00:02.000100Z buy 0.25000000 42011.00 taker',
    '2024-01-02T12:00:02.000100Z buy 0.25000000 42012.00 taker',
  ])
  const report = await readFile(join(folder, 'taker', 'report.html'), 'utf8')
  expect(report).toContain('12 book levels')
  // The bids that the book showed are drawn.
  expect(report).toContain('[42000,42001,42010]')
  expect(run('verify', 'taker')).toMatchObject({ exit_code: 0, stderr: '' })
})

test('a book by order of Databento fills an order when those before it have traded, and verifies', async () => {
  const imported = (file: string) => {
    const { stdout } = run('import', `${file}.csv`, '--mapping', `${file}.yaml`, '--store', 'ticks', '--json')
    const [{ row_count, data_hash }] = JSON.parse(stdout) as [{ row_count: number; data_hash: string }]
    return { row_count, data_hash }
  }
  const { data_hash } = imported('mbo')
  const { exit_code, stdout } = run('backtest', 'maker.yaml', '--out', 'maker', '--json')
  expect(exit_code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ data: { book_orders: 9 }, orders: { submitted: 1, filled: 1 } })
  // The order came between the two: it trades what took from the one behind it.
  expect(await fillsOf('maker')).toEqual(['2024-01-02T12:00:02.000100Z buy 1000 1.10000 maker'])
  expect(run('verify', 'maker')).toMatchObject({ exit_code: 0, stderr: '' })
  // The aggressor's row changes no book; raw prices and times are the same rows.
  expect(imported('raw')).toEqual({ row_count: 9, data_hash })
})

test('a venue whose book the data has not, two books of one instrument and a session that cannot keep its book are refused', () => {
  const refused = (...set: string[]) => {
    const { exit_code, stderr } = run('backtest', 'maker.yaml', ...set.flatMap((one) => ['--set', one]))
    expect(exit_code).toBe(2)
    return stderr
  }
  expect(refused('venues[0].simulation.book=book_level')).toContain(
    'no source of the history has rows of the kind book_level of EURUSD.gen, which gen trades on.',
  )
  expect(
    refused(
      'data.sources=[{venue: gen, kind: book_order, instruments: [EURUSD]}, {venue: gen, kind: book_level, instruments: [EURUSD]}]',
    ),
  ).toContain('EURUSD.gen has a book by price and a book by order; an instrument has one.')
  const told = (...args: string[]) => {
    const { exit_code, stderr } = run(...args)
    expect(exit_code).toBe(2)
    return stderr
  }
  const apart = 'which only an exchange in the process of its session can keep.'
  expect(told('exchange', 'maker.yaml')).toContain(apart)
  const sets = ['live.feeds=[{venue: gen, kind: exchange}]', 'live.exchange=tcp://127.0.0.1:4760']
  expect(told('paper', 'maker.yaml', ...sets.flatMap((one) => ['--set', one]))).toContain(apart)
  expect(told('paper', 'maker.yaml', '--set', 'live.feeds=[{venue: gen, kind: generator}]')).toContain(
    'The book of gen comes from a stored history alone',
  )
})

test('a session on a book by price walks its levels as a backtest does, and verifies', async () => {
  // Nothing moves while the order is on its way, however long that takes; the history goes on for a minute.
  const [header, ...lines] = TARDIS.split('\n')
  const last = 'coinbase,BTC-USD,1704196860000000,1704196860000100,false,bid,41998.00,1'
  await writeFile(join(folder, 'still.csv'), [header, ...lines.slice(0, 4), last].join('\n'))
  expect(run('import', 'still.csv', '--mapping', 'tardis.yaml', '--store', 'still').exit_code).toBe(0)
  const set = [
    'data.store=./still',
    'data.from=2024-01-02T12:00:00Z',
    'strategies.taker.source=strategies.ts#walker',
  ]
  const feed = 'live.feeds=[{venue: coinbase, kind: history}]'
  const call = ['taker.yaml', ...[...set, feed].flatMap((one) => ['--set', one])]
  expect(run('backtest', ...call, '--out', 'still-run').exit_code).toBe(0)
  const filled = ['buy 0.50000000 42001.00 taker', 'buy 1.50000000 42002.00 taker']
  expect(await fillsOf('still-run')).toEqual(filled.map((fill) => `2024-01-02T12:00:00.000100Z ${fill}`))
  const session = startCli(['paper', ...call], { cwd: folder })
  await session.saw(/ filled /)
  session.kill('SIGINT')
  expect(await session.exit()).toBe(0)
  const audit = run('exchange', ...call, '--audit', '--ledger', 'runs/books/exchange', '--json')
  expect(JSON.parse(audit.stdout)).toMatchObject({
    is_consistent: true,
    fills: [
      { side: 'buy', quantity_units: 50_000_000, price_units: 4_200_100 },
      { side: 'buy', quantity_units: 150_000_000, price_units: 4_200_200 },
    ],
  })
  expect(run('verify', 'books')).toMatchObject({ exit_code: 0, stderr: '' })
})

test('a bad line of a book keeps out the file, with its line and what is wrong', async () => {
  const lines = TARDIS.split('\n')
  const refused = async (change: string, at: number) => {
    await writeFile(join(folder, 'bad.csv'), lines.with(at, change).join('\n'))
    const { exit_code, stderr } = run('import', 'bad.csv', '--mapping', 'tardis.yaml', '--store', 'ticks')
    expect(exit_code).toBe(3)
    return stderr
  }
  const begin = 'coinbase,BTC-USD,1704196800900000,1704196801000100'
  expect(await refused(`${begin},false,buy,42000.00,0`, 5)).toMatch(/"buy" is no side\.\n.*bad\.csv, line 6/)
  expect(await refused(`${begin},maybe,bid,42000.00,0`, 5)).toContain('"maybe" is not true, false, 1 nor 0.')
  expect(await refused(`${begin.replace('BTC', 'ETH')},false,bid,42000.00,0`, 5)).toContain(
    'The mapping does not say which instrument ETH-USD is.',
  )
})

test('a generated book can be traded on', () => {
  const generate = [
    'generate',
    '--instrument',
    'EURUSD.gen',
    '--rows',
    '3_000',
    '--size-units',
    '1_000',
    '--store',
    'made',
  ]
  expect(run(...generate, '--kind', 'book_order', '--from', '2024-01-02').stdout).toMatch(
    /^Made: 3,0\d\d rows of kind book_order of EURUSD\.gen/,
  )
  expect(run(...generate, '--kind', 'bars')).toMatchObject({
    exit_code: 2,
    stderr: expect.stringContaining('Name one of quote, book_level, book_order.'),
  })
  const { stdout } = run('backtest', 'maker.yaml', '--set', 'data.store=./made', '--out', 'made-run')
  expect(stdout).toMatch(/^history .*: 3,0\d\d book orders$/m)
  expect(stdout).toMatch(/^orders +1 submitted: 1 filled$/m)
})
