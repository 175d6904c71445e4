import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { generateQuotes, MARKET_DEFAULTS, type MarketOptions } from './market-generator.ts'

const OPTIONS: MarketOptions = {
  ...MARKET_DEFAULTS,
  instrument_id: 'GEN1.gen',
  row_count: 20_000,
  size_units: 1_000,
}

async function columnsOf(options: MarketOptions, block_rows?: number) {
  const rows: number[][] = []
  for await (const block of generateQuotes(options, block_rows)) {
    for (let index = 0; index < block.count; index++) {
      const { ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units } = block
      const columns = [ts_event_us, bid_price_units, ask_price_units, bid_size_units, ask_size_units]
      rows.push(columns.map((column) => column[index] as number))
    }
  }
  return rows
}

async function hashOf(options: MarketOptions): Promise<string> {
  const rows = await columnsOf(options)
  return createHash('sha256').update(rows.join('\n')).digest('hex')
}

test('the block size does not show in the rows', async () => {
  const whole = await columnsOf(OPTIONS)
  expect(whole.length).toEqual(20_000)
  expect(await columnsOf(OPTIONS, 977)).toEqual(whole)
})

test('the same options give the same rows for ever, another seed or instrument gives others', async () => {
  expect(await hashOf(OPTIONS)).toEqual('4d8d4362c58c826e288c617dd96fa4bdeef7d22d497a24a87c50f0f9baa1bfff')
  const others = [{ seed: 2 }, { instrument_id: 'GEN2.gen' }, { shared_stamps: true }]
  const hashes = await Promise.all(others.map((other) => hashOf({ ...OPTIONS, ...other })))
  expect(new Set([await hashOf(OPTIONS), ...hashes]).size).toEqual(4)
})

test('time never goes back, the gap has its mean, the spread is one to four units, the walk keeps its walls', async () => {
  const rows = await columnsOf({ ...OPTIONS, start_price_units: 100 })
  const [first, last] = [rows[0]?.[0] ?? 0, rows.at(-1)?.[0] ?? 0]
  expect(Math.abs((last - first) / 19_999 / OPTIONS.gap_us_mean - 1)).toBeLessThan(0.02)
  for (const [index, [ts = 0, bid = 0, ask = 0, bidSize = 0, askSize = 0]] of rows.entries()) {
    const before = rows[index - 1]?.[0] ?? 0
    const holds =
      ts > before &&
      bid >= 50 &&
      bid <= 200 &&
      ask - bid >= 1 &&
      ask - bid <= 4 &&
      bidSize >= 1_000 &&
      askSize <= 10_000
    if (!holds) expect({ index, ts, before, bid, ask, bidSize, askSize }).toEqual('within bounds')
  }
})

test('with shared stamps half of the rows carry the stamp of the row before', async () => {
  const rows = await columnsOf({ ...OPTIONS, shared_stamps: true })
  const shared = rows.filter(([ts], index) => index > 0 && ts === rows[index - 1]?.[0]).length
  expect(Math.abs(shared / rows.length - 0.5)).toBeLessThan(0.02)
})
