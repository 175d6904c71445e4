import { expect, test } from 'vitest'
import { Scenario } from '../scenario.test-support.ts'
import { clockUs, dayTerms, inMicroseconds, playDay } from './trading-day.test-support.ts'

// What an auction takes of the book is gone from it as what trades in the continuous market is.

const trades = (reports: readonly string[], id: string) =>
  reports.filter((report) => report.includes(` ${id} trade `))

test('of a volume that both sides show an auction takes on both, so that nothing is left to trade beyond it', () => {
  const s = new Scenario(
    dayTerms({
      bars: 'fixed',
      closed_orders: 'queue',
      fills: { model: 'top_of_book' },
      auctions: { price: 'print', print_wait_us: 60_000_000 },
    }),
  )
  const lines = [
    '08:00 bar bid 100 100 100 100 40',
    '08:55 a buy 5 limit 105 gtc',
    '09:00:10 bar bid 100 100 100 100 32',
    '09:01:10 s sell 8 market ioc',
    '09:01:20 b buy 4 market ioc',
  ]
  const reports = s.play(...lines.map(inMicroseconds))
  // A quarter of 32 at the open: the auction took 5, and 3 were left for one of the two.
  const units = reports.map((report) => Number(/ trade (-?\d+)/.exec(report)?.[1] ?? 0))
  expect(Math.min(...units)).toBe(0)
  expect(trades(reports, 'b')).toEqual([])
})

test('until a level changes what an auction took of it is gone', () => {
  const reports = playDay(
    [
      '08:00 quote 100/101 10x10',
      '08:55 a buy 5 limit 101 opg',
      '09:01 quote 100/101 10x10',
      '09:02 quote 100/101 10x10',
      '09:03 b buy 10 market ioc',
    ],
    dayTerms({ taken_until: 'level_changes', closed_orders: 'queue', fills: { model: 'top_of_book' } }),
  )
  expect(trades(reports, 'b')).toEqual(['09:03 b trade 5@101 leaves 5'])
})

test('[M25] what the market traded with itself in an auction is none of the share of the run', () => {
  const s = new Scenario(
    dayTerms({
      book: 'book_level',
      closed_orders: 'queue',
      fills: { model: 'participation', participation_max: '0.5' },
    }),
  )
  const level = (time: string, side: 1 | -1, price: number, size: number) => {
    const ts_us = clockUs(time)
    s.venues.begin(ts_us)
    s.drainBefore(ts_us)
    s.venues.exchange('sim').deepRows.onLevel(0, ts_us, side, price, size)
    s.drainInstants()
  }
  level('08:00', 1, 100, 10)
  level('08:00', -1, 101, 10)
  s.step(inMicroseconds('08:55 a buy 2 limit 100 gtc'))
  level('08:56', -1, 100, 20)
  s.step(inMicroseconds('09:01 b buy 10 limit 100 ioc'))
  // 8 of the 20 are left, and the run had 2: half of what it had and what is left, less what it had.
  expect(trades(s.reports(), 'b')).toEqual([`${clockUs('09:01')} b trade 3@100 leaves 7`])
})
