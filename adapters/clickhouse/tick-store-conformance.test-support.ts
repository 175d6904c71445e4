// What every tick store does, as tests: the embedded engine's and a server's adapter run the same suite.
// Rules: ./SPEC.md.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TickColumns, TickSeries, TickStore } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { ALWAYS, EURUSD, type QuoteRow, quoteBlock, readQuotes, sourceOf } from './rows.test-support.ts'

export type OpenStore = (options: { directory: string; batch_rows?: number }) => Promise<TickStore>

export function describeTickStore(name: string, open: OpenStore): void {
  describe(name, () => {
    let directory = ''
    let store: TickStore
    const reopen = async (batch_rows?: number) => {
      await store.close()
      store = await open({ directory, ...(batch_rows === undefined ? {} : { batch_rows }) })
    }
    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), 'orrery-store-'))
      store = await open({ directory })
      await store.putInstruments(builtInInstruments())
    })
    afterEach(async () => {
      await store.close()
      rmSync(directory, { recursive: true })
    })

    test('[T1] an import is visible with all its rows and its manifest, and after reopening too', async () => {
      const rows: QuoteRow[] = [
        [1_000, 0, 108_543],
        [1_000, 7, 108_544],
        [2_000, 0, 108_540],
      ]
      const outcome = await store.write(sourceOf('day “ä”.zip', [quoteBlock(rows)]))
      const expected = {
        import_id: createHash('sha256').update('day “ä”.zip').digest('hex'),
        source_name: 'day “ä”.zip',
        mapping: '{}',
        series: EURUSD,
        row_count: 3,
        first_us: 1_000,
        last_us: 2_000,
        data_hash: outcome.manifest.data_hash,
      }
      expect(outcome).toEqual({ manifest: expected, already_present: false })
      await reopen()
      expect(await store.manifests()).toEqual([expected])
      expect(await store.summary()).toEqual([
        { series: EURUSD, row_count: 3, first_us: 1_000, last_us: 2_000, import_count: 1 },
      ])
      expect(await readQuotes(store)).toEqual([
        [1_000, 108_543],
        [1_000, 108_544],
        [2_000, 108_540],
      ])
      expect(await store.recomputeDataHash(expected)).toEqual(expected.data_hash)
    })

    test('[T2] the same import again changes nothing and reads nothing of its source', async () => {
      await store.write(sourceOf('a', [quoteBlock([[1, 0, 5]])]))
      const before = await store.manifests()
      async function* untouched(): AsyncGenerator<TickColumns> {
        yield Promise.reject(new Error('the source of a present import is not read'))
      }
      const again = await store.write({ ...sourceOf('a', []), blocks: untouched() })
      expect(again).toEqual({ manifest: before[0], already_present: true })
      expect(await store.manifests()).toEqual(before)
      expect(await readQuotes(store)).toEqual([[1, 5]])
    })

    test('[T3] a source that fails leaves nothing behind, and the import can be repeated', async () => {
      async function* failing(): AsyncGenerator<TickColumns> {
        yield quoteBlock([[1, 0, 5]])
        throw new Error('line 2 is bad')
      }
      await reopen(1)
      await expect(store.write({ ...sourceOf('a', []), blocks: failing() })).rejects.toThrow('line 2 is bad')
      expect(await store.manifests()).toEqual([])
      await store.write(sourceOf('a', [quoteBlock([[1, 0, 5]]), quoteBlock([[2, 0, 6]])]))
      expect(await readQuotes(store)).toEqual([
        [1, 5],
        [2, 6],
      ])
    })

    test('[T4] equal stamps keep the row order of their source, whatever parts they lie in', async () => {
      const rows = Array.from(
        { length: 500 },
        (_, index): QuoteRow => [Math.floor(index / 100), 0, index + 1],
      )
      await reopen(7)
      await store.write(
        sourceOf(
          'ties',
          rows.map((row) => quoteBlock([row])),
        ),
      )
      expect(await readQuotes(store)).toEqual(rows.map(([us, , bid]) => [us, bid]))
    })

    test('[T5] rows of two imports at one stamp and row number come in the order of the import ids, however imported', async () => {
      const blocks = { a: quoteBlock([[5, 0, 11]]), b: quoteBlock([[5, 0, 22]]) }
      const sorted = (['a', 'b'] as const).toSorted((one, other) =>
        sourceOf(one, []).import_id < sourceOf(other, []).import_id ? -1 : 1,
      )
      for (const order of [sorted, sorted.toReversed()]) {
        for (const key of order) await store.write(sourceOf(key, [blocks[key]]))
        expect(await readQuotes(store)).toEqual(sorted.map((key) => [5, key === 'a' ? 11 : 22]))
        await store.close()
        rmSync(directory, { recursive: true })
        store = await open({ directory })
        await store.putInstruments(builtInInstruments())
      }
    })

    test('[T6] block sizes, batch sizes and parts show neither in the rows nor in the hash', async () => {
      const seed = 20_260
      const cut = fc.record({
        block: fc.integer({ min: 1, max: 90 }),
        batch: fc.integer({ min: 1, max: 100 }),
      })
      const rows = Array.from(
        { length: 300 },
        (_, index): QuoteRow => [index >> 1, (index & 1) * 3, index + 7],
      )
      const whole = await store.write(sourceOf('x', [quoteBlock(rows)]))
      const expected = await readQuotes(store)
      const property = fc.asyncProperty(cut, async ({ block, batch }) => {
        await store.close()
        rmSync(directory, { recursive: true })
        store = await open({ directory, batch_rows: batch })
        await store.putInstruments(builtInInstruments())
        const blocks: TickColumns[] = []
        for (let from = 0; from < rows.length; from += block) {
          blocks.push(quoteBlock(rows.slice(from, from + block)))
        }
        const { manifest } = await store.write(sourceOf('x', blocks))
        expect(manifest).toEqual(whole.manifest)
        expect(await readQuotes(store)).toEqual(expected)
        expect(await store.recomputeDataHash(manifest)).toEqual(manifest.data_hash)
      })
      await fc.assert(property, { seed, numRuns: 6 })
    })

    test('[T7] one changed value, one changed nanosecond or another row order is another data hash', async () => {
      const variants: QuoteRow[][] = [
        [
          [5, 0, 11],
          [5, 0, 12],
        ],
        [
          [5, 0, 11],
          [5, 0, 13],
        ],
        [
          [5, 0, 11],
          [5, 1, 12],
        ],
        [
          [5, 0, 12],
          [5, 0, 11],
        ],
      ]
      const hashes = new Set<string>()
      for (const [index, rows] of variants.entries()) {
        const { manifest } = await store.write(sourceOf(`v${index}`, [quoteBlock(rows)]))
        expect(await store.recomputeDataHash(manifest)).toEqual(manifest.data_hash)
        hashes.add(manifest.data_hash)
      }
      expect(hashes.size).toEqual(variants.length)
    })

    test('[T8] a range takes its first instant and not its last', async () => {
      const rows = [1, 2, 3, 4].map((us): QuoteRow => [us * 10, 0, us])
      await store.write(sourceOf('r', [quoteBlock(rows)]))
      expect(await readQuotes(store, EURUSD, { from_us: 20, to_us: 40 })).toEqual([
        [20, 2],
        [30, 3],
      ])
      expect(await readQuotes(store, EURUSD, { from_us: 41, to_us: 50 })).toEqual([])
    })

    test('[T9] trades, bars and books keep every column, and bars of another interval or price type stay apart', async () => {
      const column = (...values: number[]) => Float64Array.from(values)
      const trades: TickColumns = {
        kind: 'trade',
        count: 2,
        ts_event_us: column(1, 2),
        price_units: column(61_178, 61_179),
        size_units: column(2 ** 53 - 1, 1),
        aggressor_side: column(-1, 1),
      }
      const bars = (interval_us: number, price_type: 'bid' | 'ask', first: number): TickColumns => ({
        kind: 'bar',
        count: 1,
        interval_us,
        price_type,
        ts_event_us: column(interval_us),
        open_price_units: column(first),
        high_price_units: column(first + 2),
        low_price_units: column(first - 2),
        close_price_units: column(first + 1),
        volume_units: column(9),
      })
      const book = { count: 2, ts_event_us: column(3, 3), side: column(0, -1), is_last: column(0, 1) }
      const sized = { price_units: column(0, -5), size_units: column(0, 2 ** 53 - 1) }
      const levels: TickColumns = { kind: 'book_level', ...book, ...sized, action: column(1, 0) }
      const order_id = column(0, 2 ** 53 - 1)
      const orders: TickColumns = { kind: 'book_order', ...book, ...sized, action: column(6, 0), order_id }
      const offered = [
        trades,
        levels,
        orders,
        bars(60, 'bid', 100),
        bars(60, 'ask', 200),
        bars(300, 'bid', 300),
      ]
      const series = offered.map((block): TickSeries => {
        const instrument_id = 'BTCUSD.coinbase'
        if (block.kind !== 'bar') return { instrument_id, kind: block.kind }
        return { instrument_id, kind: 'bar', interval_us: block.interval_us, price_type: block.price_type }
      })
      for (const [index, block] of offered.entries()) {
        await store.write(sourceOf(`s${index}`, [block], series[index]))
      }
      const read: TickColumns[][] = []
      for (const reading of await store.read(series, ALWAYS)) {
        read.push(await Array.fromAsync(reading.blocks))
      }
      expect(read).toEqual(offered.map((block) => [block]))
    })

    test('[T10] readings of several series may be consumed in any interleaving', async () => {
      const instruments = ['EURUSD.fxcm', 'NZDUSD.fxcm', 'XAUUSD.oanda']
      const series = instruments.map((instrument_id): TickSeries => ({ instrument_id, kind: 'quote' }))
      for (const [index, one] of series.entries()) {
        const rows = Array.from({ length: 50_000 }, (_, row): QuoteRow => [row * 3 + index, 0, row + 1])
        await store.write(sourceOf(`i${index}`, [quoteBlock(rows)], one))
      }
      const readings = await store.read(series, ALWAYS)
      const counts = new Map<string, number>(instruments.map((id) => [id, 0]))
      const live = readings.map(({ series, blocks }) => ({
        id: series.instrument_id,
        iterator: blocks[Symbol.asyncIterator](),
      }))
      for (let turn = 1; live.length > 0; turn++) {
        const index = (turn * turn) % live.length
        const { id, iterator } = must(live[index], 'the index is within the list')
        const next = await iterator.next()
        if (next.done === true) live.splice(index, 1)
        else counts.set(id, (counts.get(id) ?? 0) + next.value.count)
      }
      expect([...counts.values()]).toEqual([50_000, 50_000, 50_000])
    })

    test('[T11] a reader that leaves early frees its query, and the store goes on', async () => {
      const rows = Array.from({ length: 200_000 }, (_, row): QuoteRow => [row, 0, row + 1])
      await store.write(sourceOf('long', [quoteBlock(rows)]))
      for (let round = 0; round < 5; round++) {
        const [reading] = await store.read([EURUSD], ALWAYS)
        for await (const block of must(reading, 'a reading').blocks) {
          expect(block.ts_event_us[0]).toEqual(0)
          break
        }
      }
      expect((await readQuotes(store)).length).toEqual(200_000)
    })

    test('[T15] identical rows, batches and whole imports all stay: nothing is taken for a duplicate', async () => {
      await reopen(1)
      const same = () => Array.from({ length: 20 }, () => quoteBlock([[7, 0, 5]]))
      await store.write(sourceOf('one', same()))
      await store.write(sourceOf('other', same()))
      expect(await readQuotes(store)).toEqual(Array.from({ length: 40 }, () => [7, 5]))
    })

    test('[T16] a reading shows the imports there were when it was opened, and writes go on beside it', async () => {
      const rows = Array.from({ length: 100_000 }, (_, row): QuoteRow => [row, 0, 5])
      await store.write(sourceOf('before', [quoteBlock(rows)]))
      const [reading] = await store.read([EURUSD], ALWAYS)
      let count = 0
      for await (const block of must(reading, 'a reading').blocks) {
        if (count === 0) await store.write(sourceOf('during', [quoteBlock(rows)]))
        count += block.count
      }
      expect(count).toEqual(100_000)
      expect((await readQuotes(store)).length).toEqual(200_000)
    })

    test('[T12] a definition may change but for its scales', async () => {
      const [eurusd] = builtInInstruments().filter(({ instrument_id }) => instrument_id === 'EURUSD.fxcm')
      const instrument = must(eurusd, 'EURUSD.fxcm is built in')
      await store.putInstruments([instrument])
      await store.putInstruments([{ ...instrument, lot: '1000' }])
      await reopen()
      const held = (await store.instruments()).find(({ instrument_id }) => instrument_id === 'EURUSD.fxcm')
      expect(held).toEqual({ ...instrument, lot: '1000' })
      const refused = store.putInstruments([{ ...instrument, price_scale: 4 }])
      await expect(refused).rejects.toMatchObject({ code: 'store.scale_changed', reason: 'data' })
    })

    test('[T13] rows of an unknown instrument and imports without rows are refused', async () => {
      const unknown = store.write(
        sourceOf('u', [quoteBlock([[1, 0, 1]])], { instrument_id: 'X.y', kind: 'quote' }),
      )
      await expect(unknown).rejects.toMatchObject({ code: 'store.unknown_instrument' })
      await expect(store.write(sourceOf('e', []))).rejects.toBeInstanceOf(OperatingError)
      expect(await store.manifests()).toEqual([])
    })

    test('[T14] writes asked for at once are done one after the other', async () => {
      const names = ['p', 'q', 'r', 'p']
      const outcomes = await Promise.all(
        names.map((key, index) => store.write(sourceOf(key, [quoteBlock([[index, 0, index + 1]])]))),
      )
      expect(outcomes.map(({ already_present }) => already_present)).toEqual([false, false, false, true])
      expect(await readQuotes(store)).toEqual([
        [0, 1],
        [1, 2],
        [2, 3],
      ])
    })
  })
}
