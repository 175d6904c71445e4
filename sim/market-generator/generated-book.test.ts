import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import type { BookColumns, BookKind } from '../../engine/tick-store-port.ts'
import { type GeneratedBookOptions, generatedBook } from './generated-book.ts'

const OPTIONS: Omit<GeneratedBookOptions, 'kind'> = {
  seed: 1,
  instrument_id: 'GEN1.gen',
  row_count: 15_000,
  start_us: 1_704_067_200_000_000,
  gap_us_mean: 1_000,
  start_price_units: 100,
  size_units: 10,
}

async function rowsOf(kind: BookKind, options = OPTIONS): Promise<number[][]> {
  const rows: number[][] = []
  for await (const block of generatedBook({ kind, ...options }).blocks) {
    const { ts_event_us, action, side, price_units, size_units, is_last } = block as BookColumns
    const ids = block.kind === 'book_order' ? [block.order_id] : []
    const columns = [ts_event_us, action, ...ids, side, price_units, size_units, is_last]
    for (let at = 0; at < block.count; at++) rows.push(columns.map((column) => column[at] as number))
  }
  return rows
}

/** Prices and sizes of both sides at the end of each event, from plain maps. */
function states(rows: readonly number[][], apply: (row: number[], levels: Map<number, number>[]) => void) {
  const levels = [new Map<number, number>(), new Map<number, number>()]
  const found: string[] = []
  for (const row of rows) {
    apply(row, levels)
    if (row.at(-1) === 0) continue
    const [bids = [], asks = []] = levels.map((side) => [...side].sort(([a], [b]) => a - b))
    const [bid = 0, ask = 0] = [bids.at(-1)?.[0], asks[0]?.[0]]
    if (bid <= 0 || ask <= bid) expect({ bid, ask }).toEqual('a book with both sides, not crossed')
    found.push(JSON.stringify([bids, asks]))
  }
  return found
}

test('a generated book has both sides and never crosses; by price it is what its orders add up to', async () => {
  const byOrder = await rowsOf('book_order')
  const orders = new Map<number, { side: number; price: number; size: number }>()
  const fromOrders = states(byOrder, ([, action = 0, id = 0, side = 0, price = 0, size = 0], levels) => {
    const known = orders.get(id)
    if (action === BOOK_ACTION.clear) orders.clear()
    else if (action === BOOK_ACTION.add) orders.set(id, { side, price, size })
    else if (known === undefined) expect(id).toBe('of an order that is there')
    else if (action === BOOK_ACTION.modify) orders.set(id, { ...known, price, size })
    else if (action === BOOK_ACTION.delete || known.size === size) orders.delete(id)
    else orders.set(id, { ...known, size: known.size - size })
    for (const side of levels) side.clear()
    for (const order of orders.values()) {
      const side = levels[order.side === 1 ? 0 : 1] as Map<number, number>
      side.set(order.price, (side.get(order.price) ?? 0) + order.size)
    }
  })
  const fromLevels = states(await rowsOf('book_level'), ([, action, side, price = 0, size = 0], levels) => {
    if (action === LEVEL_ACTION.clear) for (const one of levels) one.clear()
    else if (size === 0) levels[side === 1 ? 0 : 1]?.delete(price)
    else levels[side === 1 ? 0 : 1]?.set(price, size)
  })
  expect(fromLevels).toEqual(fromOrders)
  const counts = Object.values(BOOK_ACTION).map((action) => byOrder.filter((row) => row[1] === action).length)
  expect(counts.map((count) => count > 200)).toEqual([true, true, true, true, false, false, false])
})

test('the same options give the same rows, whole events, and a price that moves', async () => {
  const rows = await rowsOf('book_order')
  expect([rows.length >= OPTIONS.row_count, rows.at(-1)?.at(-1)]).toEqual([true, 1])
  expect(
    rows.every((row, at) => at === 0 || rows[at - 1]?.at(-1) === 1 || rows[at - 1]?.[0] === row[0]),
  ).toBe(true)
  const hash = (some: readonly number[][]) => createHash('sha256').update(some.join('\n')).digest('hex')
  expect(hash(rows)).toBe('ab5806baaec112bdf9516021947daf41b53dbe34d10bd6cd0adf645bfd01c010')
  const others = [{ seed: 2 }, { instrument_id: 'GEN2.gen' }, { gap_us_mean: 2_000 }]
  const hashes = await Promise.all(
    others.map(async (other) => hash(await rowsOf('book_order', { ...OPTIONS, ...other }))),
  )
  expect(new Set([hash(rows), ...hashes]).size).toBe(4)
  const prices = rows.filter((row) => row[1] === BOOK_ACTION.execute).map((row) => row[4])
  expect(new Set(prices).size).toBeGreaterThan(5)
})
