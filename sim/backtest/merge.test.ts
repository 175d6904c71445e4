import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TickColumns } from '../../engine/tick-store-port.ts'
import { must } from '../../schemas/assert.ts'
import { Merge } from './merge.ts'
import { SeriesCursor } from './series-cursor.ts'

/** A row: when it is released, and its number as an input of a session; 0 of a history. */
type Row = { readonly ts_us: number; readonly seq: number }

/** Series of rows in blocks, some of a block without any, with many rows at one time; all of histories, or all of a session. */
const drawn = fc
  .record({
    series: fc.array(fc.array(fc.array(fc.nat(3), { maxLength: 9 }), { maxLength: 6 }), { maxLength: 9 }),
    isSession: fc.boolean(),
    order: fc.infiniteStream(fc.nat(1_000_000)),
  })
  .map(({ series, isSession, order }) => (isSession ? numbered(series, order) : histories(series)))

function histories(series: readonly number[][][]): Row[][][] {
  return series.map((blocks) => {
    let ts_us = 0
    return blocks.map((steps) =>
      steps.map((step) => {
        ts_us += step
        return { ts_us, seq: 0 }
      }),
    )
  })
}

/** Rows of all series take turns as `order` says, each with the next number, and time goes on as theirs do. */
function numbered(series: readonly number[][][], order: Iterator<number>): Row[][][] {
  const made = series.map((blocks) => blocks.map((): Row[] => []))
  const left = series.map((blocks) =>
    blocks.flatMap((steps, block) => steps.map((step) => ({ block, step }))),
  )
  let ts_us = 0
  for (let seq = 1; ; seq++) {
    const open = left.flatMap((rows, rank) => (rows.length > 0 ? [rank] : []))
    if (open.length === 0) return made
    const rank = open[(order.next().value as number) % open.length] as number
    const { block, step } = must(left[rank]?.shift(), 'an open series has a row')
    ts_us += step
    made[rank]?.[block]?.push({ ts_us, seq })
  }
}

async function cursorOf(blocks: readonly Row[][], rank: number): Promise<SeriesCursor> {
  const reading = {
    series: { instrument_id: `S${rank}.gen`, kind: 'quote' as const },
    row_count: blocks.flat().length,
    manifests: [],
    blocks: inTurn(blocks),
  }
  const cursor = new SeriesCursor(reading, rank, rank, 'gen')
  await cursor.fill()
  return cursor
}

async function* inTurn(blocks: readonly Row[][]): AsyncGenerator<TickColumns> {
  for (const rows of blocks) {
    const times = Float64Array.from(rows, ({ ts_us }) => ts_us)
    const none = new Float64Array(rows.length)
    const isSession = rows.some(({ seq }) => seq > 0)
    yield {
      kind: 'quote',
      count: rows.length,
      // Of a session's inputs the event's own time orders nothing.
      ts_event_us: isSession ? none : times,
      bid_price_units: none,
      ask_price_units: none,
      bid_size_units: none,
      ask_size_units: none,
      ...(isSession
        ? { sequenced: { ts_seq_us: times, seq: Float64Array.from(rows, ({ seq }) => seq) } }
        : {}),
    }
  }
}

/** What the merge gives, taken in runs of a drawn length, and after each of `pauses` rows by a merge made anew. */
async function merged(series: readonly Row[][][], rows_max: number, pause: number): Promise<string[]> {
  const cursors = await Promise.all(series.map(cursorOf))
  const taken: string[] = []
  let merge = new Merge(cursors)
  while (!merge.isDone) {
    if (taken.length % pause === 0) merge = new Merge(cursors)
    if (merge.hasNext(rows_max)) {
      const { cursor } = merge
      const rows = Math.min(merge.runLength(), rows_max)
      for (let i = 0; i < rows; i++) taken.push(`${cursor.rank}:${cursor.consumed + i}`)
      cursor.row += rows
      merge.at += rows
    }
    if (merge.needsBlock) await merge.fill()
  }
  return taken
}

/** All rows sorted at once: by time, number, rank, place in their series. */
function sorted(series: readonly Row[][][]): string[] {
  const rows = series.flatMap((blocks, rank) => blocks.flat().map((row, place) => ({ ...row, rank, place })))
  rows.sort((a, b) => a.ts_us - b.ts_us || a.seq - b.seq || a.rank - b.rank || a.place - b.place)
  return rows.map(({ rank, place }) => `${rank}:${place}`)
}

test('a merge gives the rows of all series in one order, whatever their blocks and however it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      drawn,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      async (series, rows_max, pause) => {
        expect(await merged(series, rows_max, pause)).toEqual(sorted(series))
      },
    ),
    { numRuns: 500 },
  )
})

test('rows of two series that take turns are planned beyond what one plan holds', async () => {
  const turns = [0, 1].map((rank) => [
    Array.from({ length: 2_000 }, (_, i) => ({ ts_us: 2 * i + rank, seq: 0 })),
  ])
  expect(await merged(turns, 100_000, 100_000)).toEqual(sorted(turns))
})
