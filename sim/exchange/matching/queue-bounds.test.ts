import { expect, test } from 'vitest'
import { BOOK_ACTION } from '../../../engine/book/book-action.ts'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { QueueConfig } from '../../../schemas/config/market-models.ts'
import type { VenueBook } from '../../../schemas/config/simulation-config.ts'
import { type BookMessage, history } from '../judges/naive-queue.test-support.ts'
import { Scenario, terms, venue } from '../scenario.test-support.ts'

// The models against each other and against what they estimate: none is the earliest a resting order can trade,
// conservative the latest, and what is in between stays in between, row by row.

const SEED = 20_260_302
const QUEUES: readonly QueueConfig[] = [
  { model: 'conservative' },
  ...(['linear', 'square', 'cube', 'logarithm'] as const).map((weight) => ({
    model: 'by_position' as const,
    weight,
  })),
  { model: 'none' },
]

function scenarioWith(queue: QueueConfig, book: VenueBook = 'quote'): Scenario {
  return new Scenario(terms({ venues: [venue({ simulation: { queue, book } })] }))
}

/** Plays lines, and gives what has filled after each of them. */
function cumulated(scenario: Scenario, lines: readonly string[]): number[] {
  return lines.map((line) => {
    scenario.step(line)
    return filledUnits(scenario)
  })
}

function filledUnits({ deliveries }: Scenario): number {
  return deliveries.reduce(
    (sum, { message }) =>
      message.type === 'venue_report' && message.report_type === 'trade'
        ? sum + message.last_quantity_units
        : sum,
    0,
  )
}

/** One own order at or near the touch of a market that walks about it. */
function lines(random: RandomStream, hasTrades: boolean): string[] {
  let bid = 100
  const quote = (at: number) => {
    bid = Math.max(96, Math.min(104, bid + random.nextInt(3) - 1))
    return `${at} quote ${bid}/${bid + 1 + random.nextInt(3)} ${1 + random.nextInt(20)}x${1 + random.nextInt(20)}`
  }
  const first = ['1 quote 100/102 10x10', quote(2)]
  const sides = random.nextInt(2) === 0 ? ['buy', 99] : ['sell', 104]
  const own = `3 a ${sides[0]} ${1 + random.nextInt(8)} limit ${Number(sides[1]) + random.nextInt(2)} gtc post`
  const rest = Array.from({ length: 50 }, (_, i) => {
    if (!hasTrades || random.nextInt(2) === 0) return quote(i + 4)
    const aggressor = ['', ' buy', ' sell'][random.nextInt(3)]
    return `${i + 4} trade ${bid + random.nextInt(4) - 1} ${1 + random.nextInt(9)}${aggressor}`
  })
  return [...first, own, ...rest]
}

test(`on quotes no queue lets an order trade earlier than none does (seed ${SEED})`, () => {
  let filled = 0
  for (let round = 0; round < 200; round++) {
    const tape = lines(new RandomStream(SEED, `quotes/${round}`), false)
    const none = cumulated(scenarioWith({ model: 'none' }), tape)
    filled += none.at(-1) ?? 0
    for (const queue of QUEUES) {
      const cums = cumulated(scenarioWith(queue), tape)
      expect({ queue, round, early: cums.findIndex((cum, i) => cum > (none[i] ?? 0)) }).toEqual({
        queue,
        round,
        early: -1,
      })
    }
  }
  expect(filled).toBeGreaterThan(200)
})

test(`with trades no model lets an order trade later than conservative does (seed ${SEED})`, () => {
  let earlier = 0
  for (let round = 0; round < 200; round++) {
    const tape = lines(new RandomStream(SEED, `trades/${round}`), true)
    const conservative = cumulated(scenarioWith({ model: 'conservative' }), tape)
    for (const queue of QUEUES.filter(({ model }) => model === 'by_position')) {
      const cums = cumulated(scenarioWith(queue), tape)
      earlier += cums.filter((cum, i) => cum > (conservative[i] ?? 0)).length
      expect({ queue, round, late: cums.findIndex((cum, i) => cum < (conservative[i] ?? 0)) }).toEqual({
        queue,
        round,
        late: -1,
      })
    }
  }
  // They differ, or nothing was compared.
  expect(earlier).toBeGreaterThan(100)
})

type Standing = { readonly side: 1 | -1; readonly price: number; readonly size: number }

/** What stands in the book behind a row: one that no order of it is about changes nothing. */
function applyTo(live: Map<number, Standing>, row: BookMessage): void {
  if (row.is === 'add') return void live.set(row.id, row)
  const before = live.get(row.id)
  if (before === undefined || row.is === 'fill') return
  if (row.is === 'modify') return void live.set(row.id, { ...before, price: row.price, size: row.size })
  const left = row.is === 'delete' ? 0 : before.size - row.size
  if (left > 0) live.set(row.id, { ...before, size: left })
  else live.delete(row.id)
}

/** What an own order had after each message of a history by order, and, by price, after what that history shows of it. */
function againstExact(
  messages: readonly BookMessage[],
  at: number,
  own: string,
  queue: QueueConfig | undefined,
) {
  const book = queue === undefined ? 'book_order' : 'book_level'
  const scenario = scenarioWith(queue ?? { model: 'exact' }, book)
  const exchange = scenario.venues.exchange('sim')
  const live = new Map<number, Standing>()
  const sizeAt = (side: 1 | -1, price: number) =>
    [...live.values()].reduce(
      (sum, one) => (one.side === side && one.price === price ? sum + one.size : sum),
      0,
    )
  return messages.map((message, i) => {
    if (i === at) scenario.step(`${i} ${own}`)
    const before = live.get(message.id)
    const rows = 'then' in message && message.then !== undefined ? [message, message.then] : [message]
    for (const row of rows) applyTo(live, row)
    if (queue === undefined) {
      for (const [place, row] of rows.entries()) {
        const side = 'side' in row ? row.side : 1
        const price = 'price' in row ? row.price : 0
        const size = 'size' in row ? row.size : 0
        const isLast = place === rows.length - 1
        exchange.deepRows.onBookOrder(0, i, BOOK_ACTION[row.is], row.id, side, price, size, isLast)
      }
    } else {
      if ((message.is === 'execute' || message.is === 'fill') && before !== undefined)
        exchange.rows.onTrade(0, i, before.price, message.size, before.side === 1 ? -1 : 1)
      for (const one of [before, live.get(message.id)])
        if (one !== undefined)
          exchange.deepRows.onLevel(0, i, one.side, one.price, sizeAt(one.side, one.price))
    }
    scenario.drainInstants()
    return filledUnits(scenario)
  })
}

test(`the exact place lies between none and conservative, message by message (seed ${SEED})`, () => {
  let [exactFilled, conservativeFilled] = [0, 0]
  for (let round = 0; round < 150; round++) {
    const random = new RandomStream(SEED, `exact/${round}`)
    const messages = history(random)
    const at = 10 + random.nextInt(20)
    const own =
      random.nextInt(2) === 0
        ? `a buy 5 limit ${100 - random.nextInt(3)} gtc`
        : `a sell 5 limit ${101 + random.nextInt(3)} gtc`
    const exact = againstExact(messages, at, own, undefined)
    const conservative = againstExact(messages, at, own, { model: 'conservative' })
    const none = againstExact(messages, at, own, { model: 'none' })
    const wrong = exact.findIndex((cum, i) => cum < (conservative[i] ?? 0) || cum > (none[i] ?? 0))
    expect({ round, wrong }).toEqual({ round, wrong: -1 })
    exactFilled += exact.at(-1) ?? 0
    conservativeFilled += conservative.at(-1) ?? 0
  }
  expect(exactFilled).toBeGreaterThan(conservativeFilled)
  expect(conservativeFilled).toBeGreaterThan(30)
})

test(`where others take back at random, by position with a linear weight is right on average (seed ${SEED})`, () => {
  const LEVEL = 40
  const rounds = 400
  let real = 0
  let reckoned = 0
  for (let round = 0; round < rounds; round++) {
    const random = new RandomStream(SEED, `cancel/${round}`)
    // Units of others, those in front of the order first: any of them may go.
    const units = [...Array(LEVEL).fill('ahead'), ...Array(LEVEL).fill('behind')] as string[]
    const scenario = scenarioWith({ model: 'by_position', weight: 'linear' })
    scenario.step(`1 quote 100/102 ${LEVEL}x10`)
    scenario.step('2 a buy 500 limit 100 gtc')
    scenario.step(`3 quote 100/102 ${units.length}x10`)
    for (let at = 4; at < 44; at++) {
      units.splice(random.nextInt(units.length), 1)
      scenario.step(`${at} quote 100/102 ${units.length}x10`)
    }
    // A trade larger than the level shows where the order stood.
    scenario.step('50 trade 100 100 sell')
    reckoned += 100 - filledUnits(scenario)
    real += units.filter((unit) => unit === 'ahead').length
  }
  // A place in whole units counts begun ones with it, so the reckoning is late by less than one.
  expect(reckoned / rounds - real / rounds).toBeGreaterThan(-0.5)
  expect(reckoned / rounds - real / rounds).toBeLessThan(1)
})
