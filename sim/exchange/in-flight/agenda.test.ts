import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { NewOrderSingle, SendOutcome } from '../../../schemas/messages/order.ts'
import { Agenda, type BarsDue, type LateRow, type MarketEvent } from './agenda.ts'

/** What comes first at one time. */
const KINDS = ['row', 'arrival', 'outcome', 'report'] as const

type Planned = { kind: (typeof KINDS)[number]; venue_rank: number; delay_us: number }

const planned = fc.record({
  kind: fc.constantFrom(...KINDS),
  venue_rank: fc.nat(2),
  delay_us: fc.nat(5),
})

/** The agenda carries messages without looking inside; a name is enough to tell them apart. */
function message(name: string): SendOutcome {
  return { type: 'send_outcome', reason_code: name } as SendOutcome
}

/** A change of a market, named likewise. */
function change(name: string): MarketEvent {
  return { type: 'market_event', reason_code: name } as unknown as MarketEvent
}

function add(agenda: Agenda, plan: Planned, index: number): void {
  agenda.add(plan.kind, plan.venue_rank, 100, 100 + plan.delay_us, message(`m${index}`))
}

function drain(agenda: Agenda): string[] {
  const names: string[] = []
  while (agenda.count > 0) names.push((agenda.pop().message as SendOutcome).reason_code)
  return names
}

/** The definition, written down naively: instants first and in order of insertion, the rest by a stable sort. */
function inOrder(plans: readonly Planned[]): string[] {
  const named = plans.map((plan, index) => ({ ...plan, name: `m${index}` }))
  const instants = named.filter((plan) => plan.delay_us === 0)
  const due = named
    .filter((plan) => plan.delay_us > 0)
    .sort(
      (a, b) =>
        a.delay_us - b.delay_us ||
        KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
        a.venue_rank - b.venue_rank,
    )
  return [...instants, ...due].map((plan) => plan.name)
}

function copyOf(agenda: Agenda): Agenda {
  const writer = new CanonicalWriter()
  agenda.save(writer)
  const reader = new CanonicalReader(writer.copy())
  const copy = new Agenda()
  copy.load(reader)
  reader.end()
  return copy
}

test('items come out by due time, then late rows, arrivals, outcomes and reports, then venue, then insertion', () => {
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 60 }), (plans) => {
      const agenda = new Agenda()
      plans.forEach((plan, index) => {
        add(agenda, plan, index)
      })
      expect(drain(agenda)).toEqual(inOrder(plans))
    }),
  )
})

test('an agenda read back from its bytes gives the same items, and the same bytes again', () => {
  fc.assert(
    fc.property(fc.array(planned, { maxLength: 60 }), fc.nat(60), (plans, pops) => {
      const agenda = new Agenda()
      plans.forEach((plan, index) => {
        add(agenda, plan, index)
      })
      for (let i = 0; i < Math.min(pops, plans.length); i++) agenda.pop()
      const copy = copyOf(agenda)
      expect([copy.next_due_us, copy.has_instant]).toEqual([agenda.next_due_us, agenda.has_instant])
      expect(drain(copyOf(copy))).toEqual(drain(agenda))
    }),
  )
})

test('the next due time is that of the earliest item with a latency, and Infinity without one', () => {
  const agenda = new Agenda()
  const seen = [agenda.next_due_us]
  agenda.add('report', 0, 10, 10, message('instant'))
  seen.push(agenda.next_due_us)
  agenda.add('report', 0, 10, 30, message('late'))
  agenda.add('report', 0, 10, 20, message('early'))
  seen.push(agenda.next_due_us)
  expect(seen).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 20])
})

test('an item stays readable while its processing adds others', () => {
  const agenda = new Agenda()
  agenda.add('report', 0, 10, 20, message('first'))
  agenda.add('report', 0, 10, 21, message('second'))
  agenda.pop()
  const item = agenda.pop()
  agenda.add('report', 0, 21, 22, message('third'))
  agenda.add('report', 0, 21, 23, message('fourth'))
  expect((item.message as SendOutcome).reason_code).toBe('second')
})

test('[M2] a market changes before what reaches its venue at that time, and not before what reaches one ahead of it', () => {
  const due = (isMarketFirst: boolean) => {
    const agenda = new Agenda(isMarketFirst)
    agenda.add('arrival', 1, 10, 20, message('sent to the second venue'))
    agenda.add('arrival', 0, 10, 20, message('sent to the first venue'))
    agenda.add('arrival', 1, 10, 20, change('call'))
    agenda.add('arrival', 1, 10, 20, change('close'))
    return drain(copyOf(agenda))
  }
  expect({ now: due(true), before: due(false) }).toEqual({
    now: ['sent to the first venue', 'call', 'close', 'sent to the second venue'],
    before: ['sent to the first venue', 'sent to the second venue', 'call', 'close'],
  })
})

test('[T1] what is behind the rows of a time comes before all else of it, bars first, and else as it was sent', () => {
  const agenda = new Agenda()
  agenda.add('row', 0, 10, 10, message('late row') as unknown as LateRow, false)
  agenda.add('arrival', 0, 5, 10, message('sent before'))
  agenda.add('arrival', 0, 5, 10, change('close'))
  agenda.addBehindRows(1, 10, message('sent to the second venue') as unknown as NewOrderSingle)
  agenda.addBehindRows(0, 10, message('sent to the first venue') as unknown as NewOrderSingle)
  agenda.addBehindRows(2, 10, { ...message('bars'), type: 'bars_due' } as unknown as BarsDue)
  expect([agenda.next_due_us, agenda.behind_rows_us]).toEqual([10, 10])
  expect(drain(copyOf(agenda))).toEqual([
    ...['bars', 'sent to the second venue', 'sent to the first venue'],
    ...['late row', 'close', 'sent before'],
  ])
})

test('popping an empty agenda is a bug', () => {
  expect(() => new Agenda().pop()).toThrow('only when there is one')
})

test('an item due before it was caused is a bug', () => {
  expect(() => new Agenda().add('report', 0, 10, 9, message('past'))).toThrow(
    'nothing is due before it was caused',
  )
})
