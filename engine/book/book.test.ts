import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { LevelBook } from './level-book.ts'
import type { LevelSide } from './level-side.ts'
import { OrderBook } from './order-book.ts'

function levelsOf(side: LevelSide): [number, number][] {
  return Array.from({ length: side.count }, (_, depth) => [side.priceAt(depth), side.sizeAt(depth)])
}

const delta = fc.record({
  side: fc.constantFrom(1 as const, -1 as const),
  price: fc.integer({ min: -150, max: 150 }),
  size: fc.nat(4),
})

test('a book by price is what its last deltas say, best first, and says when its best changed', () => {
  fc.assert(
    fc.property(fc.array(delta, { maxLength: 400 }), (deltas) => {
      const book = new LevelBook()
      const naive = { 1: new Map<number, number>(), [-1]: new Map<number, number>() }
      for (const { side, price, size } of deltas) {
        const sorted = () => [...naive[side]].sort(([a], [b]) => side * (b - a))
        const before = sorted()[0]
        const wasBest = before?.[0] === price
        if (size > 0) naive[side].set(price, size)
        else naive[side].delete(price)
        const changed = book.side(side).set(price, size)
        expect(levelsOf(book.side(side))).toEqual(sorted())
        expect(changed || String(sorted()[0]) === String(before)).toBe(true)
        if (changed) expect(wasBest || sorted()[0]?.[0] === price).toBe(true)
        expect(book.side(side).sizeOf(price)).toBe(size)
      }
    }),
  )
})

test('a book by order keeps time at each price: more size or another price loses the place, less keeps it', () => {
  const book = new OrderBook()
  book.add(1, 1, 100, 5)
  book.add(2, 1, 100, 5)
  book.modify(1, 100, 3)
  expect(book.rankOf(1) < book.rankOf(2)).toBe(true)
  book.modify(1, 100, 4)
  expect(book.rankOf(1) > book.rankOf(2)).toBe(true)
  book.modify(2, 101, 5)
  book.modify(2, 100, 5)
  expect(book.rankOf(2) > book.rankOf(1)).toBe(true)
})

test('an add on a known id replaces that order, behind all others of its price', () => {
  const book = new OrderBook()
  book.add(1, 1, 100, 5)
  book.add(2, 1, 100, 5)
  book.add(1, -1, 105, 7)
  expect([book.count, book.sideOf(1), book.priceOf(1), book.sizeOf(1)]).toEqual([2, -1, 105, 7])
  expect([levelsOf(book.levels.bids), levelsOf(book.levels.asks)]).toEqual([[[100, 5]], [[105, 7]]])
})

test('over a snapshot an order keeps its place at the prices asked for, and whoever else is shown comes before', () => {
  const book = new OrderBook()
  for (const id of [1, 2]) book.add(id, 1, 100, 5)
  book.add(3, 1, 99, 5)
  const rank = book.rankOf(2)
  book.beginSnapshot(new Set([100]))
  expect([book.count, book.levels.bids.count]).toEqual([0, 0])
  for (const id of [2, 4]) book.add(id, 1, 100, 4)
  // Of the first there, though it was shown last so far, and then of one that is shown after that.
  book.take(1, 100, 1)
  for (const id of [5, 3, 1]) book.add(id, 1, 100, 4)
  book.take(1, 100, 4)
  book.endSnapshot()
  book.add(6, 1, 100, 4)
  const ranks = [4, 5, 3, 1, 2, 6].map((id) => book.rankOf(id))
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  expect([book.rankOf(2), book.taken.bids.sizeOf(100)]).toEqual([rank, 5])
  // Four of 4, one of 5.
  book.delete(4)
  expect([book.levels.bids.best_size_units, book.taken.bids.sizeOf(100)]).toEqual([19, 1])
})

test('a loaded book by order has lost of its levels what was taken from them', () => {
  const book = new OrderBook()
  book.add(1, -1, 105, 7)
  book.add(2, -1, 106, 4)
  book.levels.asks.change(105, -7)
  book.levels.asks.change(106, -1)
  const writer = new CanonicalWriter()
  book.save(writer)
  const copy = new OrderBook()
  copy.load(new CanonicalReader(writer.copy()))
  expect([copy.count, levelsOf(copy.levels.asks)]).toEqual([2, [[106, 3]]])
})

const message = fc.record({
  action: fc.constantFrom(
    'add' as const,
    'modify' as const,
    'reduce' as const,
    'delete' as const,
    'take' as const,
  ),
  id: fc.nat(20),
  side: fc.constantFrom(1 as const, -1 as const),
  price: fc.integer({ min: 90, max: 110 }),
  size: fc.integer({ min: 1, max: 9 }),
})

type Naive = { side: 1 | -1; price: number; size: number; taken: number; since: number }

/** Takes from the best level of a side what is wanted of it, the earliest order first. */
function takeBest(book: OrderBook, naive: ReadonlyMap<number, Naive>, side: 1 | -1, wanted: number): void {
  const { count, best_price_units: price, best_size_units: size } = book.levels.side(side)
  if (count === 0) return
  let left = Math.min(wanted, size)
  book.take(side, price, left)
  const there = [...naive.values()].filter((order) => order.side === side && order.price === price)
  for (const order of there.sort((a, b) => a.since - b.since)) {
    const taken = Math.min(left, order.size - order.taken)
    order.taken += taken
    left -= taken
  }
  expect(left).toBe(0)
}

test('levels of a book by order are what nobody took of its orders, and a loaded book is the same book', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 300 }), (messages) => {
      const book = new OrderBook()
      const naive = new Map<number, Naive>()
      let since = 0
      for (const { action, id, side, price, size } of messages) {
        since++
        const known = naive.get(id)
        if (action === 'add') {
          book.add(id, side, price, size)
          naive.set(id, { side, price, size, taken: 0, since })
        } else if (action === 'modify') {
          book.modify(id, price, size)
          if (known === undefined) continue
          const keeps = price === known.price && size <= known.size
          const taken = Math.min(known.taken, size)
          naive.set(id, { side: known.side, price, size, taken, since: keeps ? known.since : since })
        } else if (action === 'reduce') {
          book.reduce(id, size)
          if (known !== undefined && known.size <= size) naive.delete(id)
          else if (known !== undefined) {
            known.size -= size
            known.taken = Math.min(known.taken, known.size)
          }
        } else if (action === 'take') takeBest(book, naive, side, size)
        else {
          book.delete(id)
          naive.delete(id)
        }
      }
      for (const side of [1, -1] as const) {
        const sums = new Map<number, number>()
        for (const order of naive.values())
          if (order.side === side && order.size > order.taken)
            sums.set(order.price, (sums.get(order.price) ?? 0) + order.size - order.taken)
        expect(levelsOf(book.levels.side(side))).toEqual([...sums].sort(([a], [b]) => side * (b - a)))
      }
      const writer = new CanonicalWriter()
      book.save(writer)
      const copy = new OrderBook()
      copy.load(new CanonicalReader(writer.copy()))
      const again = new CanonicalWriter()
      copy.save(again)
      expect(again.copy()).toEqual(writer.copy())
      expect(levelsOf(copy.levels.bids)).toEqual(levelsOf(book.levels.bids))
    }),
  )
})
