import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { HistoryRow } from './history-file.ts'
import { openLeanFile } from './lean-file.ts'

const INSTRUMENTS = new Map(builtInInstruments().map((one) => [one.instrument_id, one]))
const EURUSD = 'forex/oanda/tick/eurusd/20140507_quote.zip'
const BTCUSD = 'crypto/coinbase/minute/btcusd/20180404_quote.zip'
const BTC_TRADES = 'crypto/coinbase/second/btcusd/20161007_trade.zip'
const MAY_7_US = Date.UTC(2014, 4, 7) * 1000

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-lean-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** Writes an archive at a path of LEAN's; its entry is named as the path promises unless said otherwise. */
async function leanZip(relative: string, csv: string, entryName?: string): Promise<string> {
  const [, , resolution = '', symbol = '', file = ''] = relative.split('/')
  const [date = '', kind = ''] = file.replace('.zip', '').split('_')
  const name = entryName ?? `${date}_${symbol}_${resolution}_${kind}.csv`
  return written(relative, zipSync({ [name]: Buffer.from(csv) }))
}

async function written(relative: string, bytes: Uint8Array): Promise<string> {
  const path = join(directory, relative)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  return path
}

async function rowsOf(path: string): Promise<HistoryRow[]> {
  return Array.fromAsync((await openLeanFile(path, INSTRUMENTS)).rows())
}

/** What a person reads about a file that is refused. */
async function refusal(path: string): Promise<Record<string, unknown>> {
  const error: unknown = await rowsOf(path).then(
    () => new Error('the file was taken'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OperatingError)) throw error
  const { code, reason, what, where } = error
  return { code, reason, what, where: where?.replace(`${directory}/`, '') }
}

const ENTRY = '20140507_eurusd_tick_quote.csv'
const lineOf = (code: string, what: string, line: number) => ({
  code,
  reason: 'data',
  what,
  where: `${EURUSD}, ${ENTRY}, line ${line}`,
})

test('quote ticks are milliseconds of their day, with a fraction, and have no sizes', async () => {
  const path = await leanZip(
    EURUSD,
    '7135,1.39286,1.39298\r\n7135.0421,1.3928,1.393\n86399999.999999,1.4,1.5',
  )
  expect(await rowsOf(path)).toEqual([
    { key: 'quote', us: MAY_7_US + 7_135_000, ns_rest: 0, values: [139_286, 139_298, 0, 0] },
    { key: 'quote', us: MAY_7_US + 7_135_042, ns_rest: 100, values: [139_280, 139_300, 0, 0] },
    { key: 'quote', us: MAY_7_US + 86_399_999_999, ns_rest: 999, values: [140_000, 150_000, 0, 0] },
  ])
})

test('the days of fxcm begin at five in the morning UTC, in summer too', async () => {
  for (const date of ['20140507', '20140107']) {
    const path = await leanZip(`forex/fxcm/tick/eurusd/${date}_quote.zip`, '0,1.1,1.2')
    const [row] = await rowsOf(path)
    expect(new Date((row?.us ?? 0) / 1000).toISOString().slice(11)).toEqual('05:00:00.000Z')
  }
})

test('a trade bar is known at its end and carries its volume', async () => {
  const path = await leanZip(BTC_TRADES, '4000,611.78,611.87,611.78,611.87,0.60046')
  const values = [61_178, 61_187, 61_178, 61_187, 60_046_000]
  expect(await rowsOf(path)).toEqual([
    { key: 'last', us: Date.UTC(2016, 9, 7, 0, 0, 5) * 1000, ns_rest: 0, values },
  ])
  expect((await openLeanFile(path, INSTRUMENTS)).series).toEqual(
    new Map([
      ['last', { instrument_id: 'BTCUSD.coinbase', kind: 'bar', interval_us: 1_000_000, price_type: 'last' }],
    ]),
  )
})

test('a quote bar is two bars, and a side without a quote is none', async () => {
  const path = await leanZip(
    BTCUSD,
    '0,10,12,9,11,1.5,20,22,19,21,33.35399601000002\n60000,,,,,,20,22,19,21,2\n120000,10,10,10,10,0,,,,,',
  )
  const minute = (number: number) => Date.UTC(2018, 3, 4, 0, number) * 1000
  const bid = [1_000, 1_200, 900, 1_100, 150_000_000]
  const ask = [2_000, 2_200, 1_900, 2_100]
  expect(await rowsOf(path)).toEqual([
    { key: 'bid', us: minute(1), ns_rest: 0, values: bid },
    { key: 'ask', us: minute(1), ns_rest: 0, values: [...ask, 3_335_399_601] },
    { key: 'ask', us: minute(2), ns_rest: 0, values: [...ask, 200_000_000] },
    { key: 'bid', us: minute(3), ns_rest: 0, values: [1_000, 1_000, 1_000, 1_000, 0] },
  ])
})

test('a bad line is refused with its file, entry and line', async () => {
  const cases: readonly [csv: string, expected: Record<string, unknown>][] = [
    ['0,1.1,1.2\n1,abc,1.2', lineOf('import.bad_number', '"abc" is no price.', 2)],
    ['0,NaN,1.2', lineOf('import.bad_number', '"NaN" is no price.', 1)],
    ['0,1.1,Infinity', lineOf('import.bad_number', '"Infinity" is no price.', 1)],
    ['0,1e5,1.2', lineOf('import.bad_number', '"1e5" is no price.', 1)],
    ['0,,1.2', lineOf('import.bad_number', '"" is no price.', 1)],
    [
      '0,1.123456,1.2',
      lineOf(
        'import.too_fine',
        'The price 1.123456 does not fit EURUSD.oanda, whose prices have 5 decimals and 53 bits.',
        1,
      ),
    ],
    [
      '0,-1.1,1.2',
      lineOf('import.price_not_positive', 'The price -1.1 of EURUSD.oanda is not above zero.', 1),
    ],
    [
      '5,1.1,1.2\n4,1.1,1.2',
      lineOf('import.time_goes_back', 'The time is before that of the row above it.', 2),
    ],
    ['x,1.1,1.2', lineOf('import.bad_time', '"x" is no time of a day in milliseconds.', 1)],
    ['86400000,1.1,1.2', lineOf('import.bad_time', '"86400000" is no time of a day in milliseconds.', 1)],
    [
      '0,1.1\n',
      lineOf('import.column_count', 'The line has 2 columns; LEAN’s files of this kind have 3.', 1),
    ],
    [
      '0,1.1,1.2\n\n1,1.1,1.2',
      lineOf('import.column_count', 'The line has 1 columns; LEAN’s files of this kind have 3.', 2),
    ],
  ]
  for (const [csv, expected] of cases) {
    expect(await refusal(await leanZip(EURUSD, csv))).toEqual(expected)
  }
})

test('a bar that is none, a negative size and one that is no rounding error are refused', async () => {
  const codeOf = async (csv: string) => (await refusal(await leanZip(BTC_TRADES, csv)))['code']
  expect(await codeOf('0,10,9,8,9,1')).toEqual('import.bad_bar')
  expect(await codeOf('0,10,10,11,10,1')).toEqual('import.bad_bar')
  expect(await codeOf('0,10,10,10,10,-1')).toEqual('import.negative_size')
  expect(await codeOf('0,10,10,10,10,0.123456785')).toEqual('import.too_fine')
  expect(await codeOf('0,10,10,10,10,NaN')).toEqual('import.bad_number')
})

test('an archive cut anywhere, or with any byte changed, is refused or gives the same rows', async () => {
  const csv = Array.from({ length: 200 }, (_, row) => `${row * 7},1.1${row},1.2${row}`).join('\n')
  const whole = zipSync({ [ENTRY]: Buffer.from(csv) })
  const expected = await rowsOf(await written(EURUSD, whole))
  const seed = 20_140
  const cut = fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
    const { code, reason } = await refusal(await written(EURUSD, whole.subarray(0, length)))
    expect({ code, reason }).toEqual({
      code: length === 0 ? 'import.empty_file' : 'import.corrupt_zip',
      reason: 'data',
    })
  })
  await fc.assert(cut, { seed, numRuns: 60 })
  const changed = fc.asyncProperty(
    fc.integer({ min: 0, max: whole.length - 1 }),
    fc.integer({ min: 1, max: 255 }),
    async (at, change) => {
      const bytes = whole.slice()
      bytes[at] = (bytes[at] ?? 0) ^ change
      const path = await written(EURUSD, bytes)
      const rows = await rowsOf(path).catch((error: unknown) => error)
      if (rows instanceof OperatingError) expect(rows.code).toMatch(/^import\.(corrupt_zip|lean_entry_name)$/)
      else expect(rows).toEqual(expected)
    },
  )
  await fc.assert(changed, { seed, numRuns: 300 })
})

test('a path that is not LEAN’s, and an archive in the wrong place, are refused', async () => {
  const codeOf = async (relative: string, entryName?: string) =>
    (await refusal(await leanZip(relative, '0,1.1,1.2', entryName)))['code']
  expect(await codeOf('forex/fxcm/tick/eurusd/20140231_quote.zip')).toEqual('import.no_lean_path')
  expect(await codeOf('forex/fxcm/hour/eurusd/20140201_quote.zip')).toEqual('import.no_lean_path')
  expect(await codeOf('forex/nowhere/tick/eurusd/20140507_quote.zip')).toEqual('import.unknown_lean_market')
  expect(await codeOf('equity/usa/minute/spy/20140507_trade.zip')).toEqual('import.unknown_lean_market')
  expect(await codeOf('forex/fxcm/tick/xxxyyy/20140507_quote.zip')).toEqual('import.unknown_instrument')
  expect(await codeOf('crypto/coinbase/tick/btcusd/20140507_trade.zip')).toEqual('import.lean_unsupported')
  expect(await codeOf(EURUSD, '20140508_eurusd_tick_quote.csv')).toEqual('import.lean_entry_name')
  const two = zipSync({ 'a.csv': Buffer.from('0'), 'b.csv': Buffer.from('0') })
  expect(await refusal(await written(EURUSD, two))).toMatchObject({
    code: 'import.corrupt_zip',
    what: 'The archive holds 2 files; one is wanted.',
  })
})
