import { expect, test } from 'vitest'
import { play, Scenario, terms, venue } from './scenario.test-support.ts'

const delayed = terms({ venues: [venue({ latency: { submit_us: 5, report_us: 3 } })] })

test('an order meets the book of the time it arrives, and its reports come back later still', () => {
  expect(
    play(['1 quote 100/101', '2 a buy 5 market day', '6 quote 102/103', '8 quote 104/105'], delayed),
  ).toEqual(['10(7) a new leaves 5', '10(7) a trade 5@103 leaves 0'])
})

test('an order that arrives exactly at the time of ticks meets all of them', () => {
  const lines = [
    '1 quote 100/101',
    '2 a buy 5 market day',
    '7 quote 102/103',
    '7 quote 104/105',
    '8 quote 106/107',
  ]
  expect(play(lines, delayed)).toEqual(['10(7) a new leaves 5', '10(7) a trade 5@105 leaves 0'])
})

test('without latency an order is an instant: it meets the rows so far, not the next one of the same time', () => {
  expect(play(['1 quote 100/101', '1 a buy 5 market day', '1 quote 102/103'])).toEqual([
    '1 a new leaves 5',
    '1 a trade 5@101 leaves 0',
  ])
})

test('a fill at a tick is reported with the report latency', () => {
  const lines = ['1 quote 100/103', '1 a buy 5 limit 101 day', '7 quote 100/101']
  expect(play(lines, delayed)).toEqual(['9(6) a new leaves 5', '10(7) a trade 5@101 leaves 0'])
})

test('a cancel under way does not stop a fill that comes first at the venue', () => {
  const lines = ['1 quote 100/103', '1 a buy 5 limit 101 day', '10 c cancel a', '15 quote 100/101']
  expect(play(lines, delayed)).toEqual([
    '9(6) a new leaves 5',
    '18(15) a trade 5@101 leaves 0',
    '18(15) c cancel_rejected a order_terminal',
  ])
})

test('what became of a send is known at once, before any report', () => {
  const scenario = new Scenario()
  scenario.play('1 quote 100/101', '2 a buy 5 market day')
  expect(scenario.deliveries.map(({ message }) => message.type)).toEqual([
    'send_outcome',
    'venue_report',
    'venue_report',
  ])
})

test('at the same time an arrival comes before a report', () => {
  const scenario = new Scenario(delayed)
  const { agenda } = scenario.venues
  for (const line of ['1 quote 100/101', '2 a buy 5 market day', '5 b buy 5 market day']) scenario.step(line)
  const popped: string[] = []
  while (agenda.count > 0) {
    const item = agenda.pop()
    popped.push(`${item.due_us} ${item.kind}`)
    if (item.kind === 'arrival') scenario.venues.exchange('sim').arrive(item.message, item.due_us)
  }
  expect(popped).toEqual(['7 arrival', '10 arrival', '10 report', '10 report', '13 report', '13 report'])
})
