// Random histories of books as events of rows, and the same as CSV files. Both sides always have a price when an event has
// ended; on the way through an event they may not, and may cross.

import { BOOK_ACTION, LEVEL_ACTION } from '../../engine/book/book-action.ts'
import type { RandomStream } from '../../engine/random-stream.ts'
import { START_US, type Tape } from './tape.test-support.ts'

export type LevelRow =
  | { readonly is: 'update'; readonly side: 1 | -1; readonly price: number; readonly size: number }
  | { readonly is: 'clear' }
export type OrderRow =
  | {
      readonly is: 'add'
      readonly id: number
      readonly side: 1 | -1
      readonly price: number
      readonly size: number
    }
  | { readonly is: 'modify'; readonly id: number; readonly price: number; readonly size: number }
  | { readonly is: 'delete' | 'clear'; readonly id: number }
  | { readonly is: 'execute'; readonly id: number; readonly size: number }
export type TradeRow = { readonly price: number; readonly size: number; readonly side: 1 | -1 }
export type BookEvent<Row> = {
  readonly ts_us: number
  /** Traded at that moment, before the book shows it. */
  readonly trade?: TradeRow
  readonly rows: readonly Row[]
}

const MIDDLE = 110_000

/** A market that walks: levels around a middle, now and then a snapshot. */
export function levelHistory(random: RandomStream, events: number): BookEvent<LevelRow>[] {
  let middle = MIDDLE
  let ts_us = START_US
  const levels = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
  const snapshot = (): LevelRow[] => {
    const rows: LevelRow[] = [{ is: 'clear' }]
    for (const side of [1, -1] as const) {
      levels[side].clear()
      for (let depth = 1; depth <= 4; depth++) {
        const row = { is: 'update', side, price: middle - side * depth, size: 1 + random.nextInt(9) } as const
        levels[side].set(row.price, row.size)
        rows.push(row)
      }
    }
    return rows
  }
  const found: BookEvent<LevelRow>[] = [{ ts_us, rows: snapshot() }]
  while (found.length < events) {
    ts_us += random.nextInt(3) * 1_000
    const kind = random.nextInt(12)
    if (kind === 0) {
      middle += random.nextInt(5) - 2
      found.push({ ts_us, rows: snapshot() })
      continue
    }
    const side = random.nextInt(2) === 0 ? 1 : -1
    const best = Math.max(...[...levels[side].keys()].map((price) => side * price)) * side
    if (kind < 5) {
      const size = 1 + random.nextInt(6)
      const left = Math.max(0, (levels[side].get(best) ?? 0) - size)
      const isLast = levels[side].size === 1 && left === 0
      const rows: LevelRow[] = [{ is: 'update', side, price: best, size: isLast ? 1 : left }]
      levels[side].set(best, isLast ? 1 : left)
      if (left === 0 && !isLast) levels[side].delete(best)
      found.push({ ts_us, trade: { price: best, size, side: side === 1 ? -1 : 1 }, rows })
      continue
    }
    const rows = Array.from({ length: 1 + random.nextInt(3) }, (): LevelRow => {
      const price = middle - side * (1 + random.nextInt(5))
      const size = levels[side].size > 2 && random.nextInt(3) === 0 ? 0 : 1 + random.nextInt(9)
      if (size === 0) levels[side].delete(price)
      else levels[side].set(price, size)
      return { is: 'update', side, price, size }
    })
    found.push({ ts_us, rows })
  }
  return found
}

/** Orders that never cross but for a snapshot now and then; what trades is executed. */
export function orderHistory(random: RandomStream, events: number): BookEvent<OrderRow>[] {
  const live = new Map<number, { side: 1 | -1; price: number; size: number }>()
  let nextId = 1
  let ts_us = START_US
  const price = (side: 1 | -1) => MIDDLE - side * (1 + random.nextInt(5))
  const add = (id: number, side: 1 | -1): OrderRow => {
    const row = { is: 'add', id, side, price: price(side), size: 1 + random.nextInt(9) } as const
    live.set(id, row)
    return row
  }
  const anyRow = (): OrderRow => {
    // The first two stay, so that both sides have a price.
    const ids = [...live.keys()].filter((id) => id > 2)
    const id = ids[random.nextInt(Math.max(1, ids.length))]
    const known = id === undefined ? undefined : live.get(id)
    const kind = random.nextInt(10)
    if (id === undefined || known === undefined || kind < 4) {
      const isAgain = random.nextInt(20) === 0 && id !== undefined
      return add(isAgain ? id : nextId++, random.nextInt(2) === 0 ? 1 : -1)
    }
    if (kind < 6) {
      const change = {
        price: random.nextInt(2) === 0 ? known.price : price(known.side),
        size: 1 + random.nextInt(9),
      }
      live.set(id, { ...known, ...change })
      return { is: 'modify', id, ...change }
    }
    if (kind < 8) {
      live.delete(id)
      return { is: 'delete', id }
    }
    const size = 1 + random.nextInt(known.size)
    if (size === known.size) live.delete(id)
    else live.set(id, { ...known, size: known.size - size })
    return { is: 'execute', id, size }
  }
  const found: BookEvent<OrderRow>[] = [{ ts_us, rows: [add(nextId++, 1), add(nextId++, -1)] }]
  while (found.length < events) {
    ts_us += random.nextInt(3) * 1_000
    if (random.nextInt(25) === 0) {
      const standing = [...live]
      const rows = standing.map(([id, order]): OrderRow => ({ is: 'add', id, ...order }))
      found.push({ ts_us, rows: [{ is: 'clear', id: 0 }, ...rows] })
    } else found.push({ ts_us, rows: Array.from({ length: 1 + random.nextInt(3) }, anyRow) })
  }
  return found
}

export const LEVEL_MAPPING = {
  kind: 'book_level',
  instrument: 'AAA.one',
  delimiter: ',',
  header: true,
  time_format: 'unix_us',
  sides: { bid: 'bid', ask: 'ask' },
  columns: { time: 't', event: 'e', action: 'a', side: 's', price: 'p', size: 'q' },
} as const

export const ORDER_MAPPING = {
  ...LEVEL_MAPPING,
  kind: 'book_order',
  columns: { time: 't', action: 'a', order_id: 'i', side: 's', price: 'p', size: 'q', last: 'l' },
} as const

export const TRADE_MAPPING = {
  kind: 'trade',
  instrument: 'AAA.one',
  delimiter: ',',
  header: true,
  time_format: 'unix_us',
  sides: { buy: 'buy', sell: 'sell' },
  columns: { time: 't', price: 'p', size: 'q', side: 's' },
} as const

export function levelCsv(events: readonly BookEvent<LevelRow>[]): string {
  const lines = events.flatMap(({ ts_us, rows }, event) =>
    rows.map((row) =>
      row.is === 'clear'
        ? `${ts_us},${event},clear,,,`
        : `${ts_us},${event},update,${sideText(row.side)},${priceText(row.price)},${row.size}`,
    ),
  )
  return ['t,e,a,s,p,q', ...lines].join('\n')
}

export function orderCsv(events: readonly BookEvent<OrderRow>[]): string {
  const lines = events.flatMap(({ ts_us, rows }) =>
    rows.map((row, at) => {
      const side = 'side' in row ? sideText(row.side) : ''
      const price = 'price' in row ? priceText(row.price) : ''
      const size = 'size' in row ? row.size : ''
      return `${ts_us},${row.is},${row.id},${side},${price},${size},${at === rows.length - 1}`
    }),
  )
  return ['t,a,i,s,p,q,l', ...lines].join('\n')
}

export function tradeCsv(events: readonly BookEvent<unknown>[]): string {
  const lines = events.flatMap(({ ts_us, trade }) =>
    trade === undefined
      ? []
      : [`${ts_us},${priceText(trade.price)},${trade.size},${trade.side === 1 ? 'buy' : 'sell'}`],
  )
  return ['t,p,q,s', ...lines].join('\n')
}

/** The same as rows of the store. */
export function levelTape(instrument_id: string, events: readonly BookEvent<LevelRow>[]): Tape {
  const rows = events.flatMap(({ ts_us, rows: changes }) =>
    changes.map((row, at) => {
      const isLast = Number(at === changes.length - 1)
      if (row.is === 'clear') return [ts_us, LEVEL_ACTION.clear, 0, 0, 0, isLast]
      return [ts_us, LEVEL_ACTION.update, row.side, row.price, row.size, isLast]
    }),
  )
  return { series: { instrument_id, kind: 'book_level' }, rows }
}

export function orderTape(instrument_id: string, events: readonly BookEvent<OrderRow>[]): Tape {
  const rows = events.flatMap(({ ts_us, rows: changes }) =>
    changes.map((row, at) => {
      const [price, size] = ['price' in row ? row.price : 0, 'size' in row ? row.size : 0]
      const isLast = Number(at === changes.length - 1)
      return [ts_us, BOOK_ACTION[row.is], row.id, 'side' in row ? row.side : 0, price, size, isLast]
    }),
  )
  return { series: { instrument_id, kind: 'book_order' }, rows }
}

export function tradesOf(instrument_id: string, events: readonly BookEvent<unknown>[]): Tape {
  const rows = events.flatMap(({ ts_us, trade }) =>
    trade === undefined ? [] : [[ts_us, trade.price, trade.size, trade.side]],
  )
  return { series: { instrument_id, kind: 'trade' }, rows }
}

/** Each event at a time of its own, so that order is time. */
export function apart<Event extends BookEvent<unknown>>(events: readonly Event[]): Event[] {
  return events.map((event, at) => ({ ...event, ts_us: event.ts_us + 10 * at }))
}

function sideText(side: 1 | -1): string {
  return side === 1 ? 'bid' : 'ask'
}

function priceText(units: number): string {
  return (units / 100_000).toFixed(5)
}
