import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CsvMapping } from '../../schemas/csv-mapping.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { openCsvFile } from './csv-file.ts'
import type { HistoryRow } from './history-file.ts'

const INSTRUMENTS = new Map(builtInInstruments().map((one) => [one.instrument_id, one]))
const QUOTES: CsvMapping = {
  kind: 'quote',
  instrument: 'EURUSD.fxcm',
  delimiter: ',',
  header: true,
  time_format: 'iso',
  time_zone: 'UTC',
  columns: { time: 'time', bid_price: 'bid', ask_price: 'ask' },
}
const NOON_US = Date.UTC(2024, 0, 2, 12) * 1000

let path = ''
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'orrery-csv-')), 'quotes.csv')
})
afterAll(() => rm(join(path, '..'), { recursive: true }))

async function rowsOf(csv: string, mapping: CsvMapping = QUOTES): Promise<HistoryRow[]> {
  await writeFile(path, csv)
  return Array.fromAsync((await openCsvFile(path, mapping, INSTRUMENTS)).rows())
}

async function refusal(csv: string, mapping: CsvMapping = QUOTES): Promise<Record<string, unknown>> {
  const error: unknown = await rowsOf(csv, mapping).then(
    () => new Error('the file was taken'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof OperatingError)) throw error
  const { code, reason, what, where } = error
  return { code, reason, what, where: where?.replace(path, 'quotes.csv') }
}

test('columns are found by the header, in any order, with a byte-order mark, spaces and quotes around', async () => {
  const rows = await rowsOf('\uFEFFask, bid ,"time"\r\n1.2, 1.1 ,"2024-01-02T12:00:00.000001234Z"\r\n')
  expect(rows).toEqual([
    { key: 'EURUSD.fxcm', us: NOON_US + 1, ns_rest: 234, values: [110_000, 120_000, 0, 0] },
  ])
})

test('without a header columns are numbers, and sizes are read where the mapping has them', async () => {
  const mapping: CsvMapping = {
    ...QUOTES,
    header: false,
    delimiter: ';',
    time_format: 'YYYYMMDD HHmmssS',
    time_zone: '-05:00',
    columns: { time: '1', bid_price: '2', ask_price: '3', bid_size: '5', ask_size: '4' },
  }
  expect(await rowsOf('20240102 070000500;1.1;1.2;7;9', mapping)).toEqual([
    { key: 'EURUSD.fxcm', us: NOON_US + 500_000, ns_rest: 0, values: [110_000, 120_000, 9, 7] },
  ])
})

test('every way to write a time means the same instant', async () => {
  const written: readonly [time_format: string, time_zone: string | undefined, text: string][] = [
    ['iso', 'UTC', '2024-01-02T12:00:00.25Z'],
    ['iso', 'America/New_York', '2024-01-02 07:00:00.25'],
    ['iso', 'America/New_York', '2024-01-02T13:00:00.250+01:00'],
    ['unix_s', undefined, '1704196800.25'],
    ['unix_ms', undefined, '1704196800250'],
    ['unix_us', undefined, '1704196800250000'],
    ['unix_ns', undefined, '1704196800250000000'],
    ['DD.MM.YYYY HH:mm:ss.S', 'Europe/Berlin', '02.01.2024 13:00:00.250'],
  ]
  for (const [time_format, time_zone, text] of written) {
    const { time_zone: _, ...rest } = QUOTES
    const mapping: CsvMapping = { ...rest, time_format, ...(time_zone === undefined ? {} : { time_zone }) }
    const [row] = await rowsOf(`time,bid,ask\n${text},1.1,1.2`, mapping)
    expect({ time_format, us: row?.us }).toEqual({ time_format, us: NOON_US + 250_000 })
  }
})

test('a local time that daylight saving skips or repeats is refused, its neighbours are not', async () => {
  const mapping: CsvMapping = { ...QUOTES, time_zone: 'America/New_York' }
  const codeOf = async (time: string) => (await refusal(`time,bid,ask\n${time},1.1,1.2`, mapping))['code']
  expect(await codeOf('2024-03-10T02:30:00')).toEqual('import.bad_time')
  expect(await codeOf('2024-11-03T01:30:00')).toEqual('import.bad_time')
  const rows = await rowsOf('time,bid,ask\n2024-03-10T01:59:59,1.1,1.2\n2024-03-10T03:00:00,1.1,1.2', mapping)
  expect(rows.map(({ us }) => new Date(us / 1000).toISOString())).toEqual([
    '2024-03-10T06:59:59.000Z',
    '2024-03-10T07:00:00.000Z',
  ])
})

test('trades have a side, where it is written', async () => {
  const { columns: _, kind: __, ...common } = QUOTES as Extract<CsvMapping, { kind: 'quote' }>
  const mapping: CsvMapping = {
    ...common,
    kind: 'trade',
    instrument: 'BTCUSD.coinbase',
    columns: { time: 'time', price: 'price', size: 'size', side: 'side' },
    sides: { buy: 'B', sell: 'S' },
  }
  const line = '2024-01-02T12:00:00Z,100.5,0.00000001'
  const rows = await rowsOf(`time,price,size,side\n${line},B\n${line},S\n${line},\n`, mapping)
  expect(rows.map(({ values }) => values)).toEqual([
    [10_050, 1, 1],
    [10_050, 1, -1],
    [10_050, 1, 0],
  ])
  expect(await refusal(`time,price,size,side\n${line},buy`, mapping)).toMatchObject({
    code: 'import.bad_side',
  })
  expect(await refusal('time,price,size,side\n2024-01-02T12:00:00Z,100,-1,B', mapping)).toMatchObject({
    code: 'import.negative_size',
  })
})

test('bars stamped at their start become known at their end', async () => {
  const { columns: _, kind: __, ...common } = QUOTES as Extract<CsvMapping, { kind: 'quote' }>
  const barsOf = (stamp: 'start' | 'end'): CsvMapping => ({
    ...common,
    kind: 'bar',
    interval_us: 60_000_000,
    price_type: 'bid',
    stamp,
    columns: { time: 't', open: 'o', high: 'h', low: 'l', close: 'c' },
  })
  const csv = 't,o,h,l,c\n2024-01-02T12:00:00Z,1.1,1.3,1.0,1.2'
  const values = [110_000, 130_000, 100_000, 120_000, 0]
  expect(await rowsOf(csv, barsOf('start'))).toEqual([
    { key: 'EURUSD.fxcm', us: NOON_US + 60_000_000, ns_rest: 0, values },
  ])
  expect(await rowsOf(csv, barsOf('end'))).toEqual([{ key: 'EURUSD.fxcm', us: NOON_US, ns_rest: 0, values }])
})

test('a file of several instruments has a series for each, each in its own order of time', async () => {
  const { instrument: _, ...rest } = QUOTES
  const mapping: CsvMapping = { ...rest, instrument_column: 'id' }
  await writeFile(
    path,
    [
      'id,time,bid,ask',
      'NZDUSD.fxcm,2024-01-02T12:00:05Z,1.1,1.2',
      'EURUSD.fxcm,2024-01-02T12:00:00Z,1.1,1.2',
    ].join('\n'),
  )
  const { series } = await openCsvFile(path, mapping, INSTRUMENTS)
  expect([...series]).toEqual([
    ['EURUSD.fxcm', { instrument_id: 'EURUSD.fxcm', kind: 'quote' }],
    ['NZDUSD.fxcm', { instrument_id: 'NZDUSD.fxcm', kind: 'quote' }],
  ])
  expect(await refusal('id,time,bid,ask\nX.y,2024-01-02T12:00:05Z,1.1,1.2', mapping)).toEqual({
    code: 'import.unknown_instrument',
    reason: 'data',
    what: 'The instrument X.y is unknown.',
    where: 'quotes.csv, line 2',
  })
})

test('a bad line is refused with its file and line', async () => {
  const good = '2024-01-02T12:00:00Z,1.1,1.2'
  const cases: readonly [csv: string, code: string, line: number][] = [
    [`time,bid,ask\n${good}\n2024-01-02T12:00:01Z,n/a,1.2`, 'import.bad_number', 3],
    [`time,bid,ask\n2024-01-02T12:00:01Z,NaN,1.2`, 'import.bad_number', 2],
    [`time,bid,ask\n2024-01-02T12:00:01Z,1.1,inf`, 'import.bad_number', 2],
    [`time,bid,ask\n2024-01-02T12:00:01Z,1.123456,1.2`, 'import.too_fine', 2],
    [`time,bid,ask\n${good}\n2024-01-02T11:59:59Z,1.1,1.2`, 'import.time_goes_back', 3],
    [`time,bid,ask\n${good}\n2024-01-02T12:00:00Z,1.1`, 'import.column_count', 3],
    [`time,bid,ask\n${good}\n\n${good}`, 'import.column_count', 3],
    ['time,bid,ask\n2024-02-30T12:00:00Z,1.1,1.2', 'import.bad_time', 2],
    ['time,bid,ask\n2024-01-02T24:00:00Z,1.1,1.2', 'import.bad_time', 2],
    [`time,bid,offer\n${good}`, 'import.csv_missing_column', 2],
    [`time,bid,ask,bid\n${good},1`, 'import.csv_missing_column', 2],
    [`time,bid,ask\n"2024-01-02T12:00:00Z,1.1,1.2`, 'import.bad_csv', 2],
  ]
  for (const [csv, code, line] of cases) {
    const found = await refusal(csv)
    expect({ csv, ...found, what: '' }).toEqual({
      csv,
      code,
      reason: 'data',
      what: '',
      where: `quotes.csv, line ${line}`,
    })
  }
})

test('an empty file is refused, and a column number the file has not', async () => {
  expect(await refusal('')).toMatchObject({ code: 'import.empty_file', where: 'quotes.csv' })
  const mapping: CsvMapping = {
    ...QUOTES,
    header: false,
    columns: { time: '1', bid_price: '2', ask_price: '4' },
  } as CsvMapping
  expect(await refusal('2024-01-02T12:00:00Z,1.1,1.2', mapping)).toEqual({
    code: 'import.csv_missing_column',
    reason: 'data',
    what: 'The first line has 3 columns, and no number 4.',
    where: 'quotes.csv, line 1',
  })
})

test('a file that changes between two readings is refused', async () => {
  await writeFile(path, 'time,bid,ask\n2024-01-02T12:00:00Z,1.1,1.2')
  const file = await openCsvFile(path, QUOTES, INSTRUMENTS)
  await writeFile(path, 'time,bid,ask\n2024-01-02T12:00:00Z,1.1,1.3')
  await expect(Array.fromAsync(file.rows())).rejects.toMatchObject({ code: 'import.file_changed' })
})
