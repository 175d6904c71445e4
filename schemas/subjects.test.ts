import { expect, test } from 'vitest'
import { ANY, BUS_SUBJECT, type BusEnvironment, parseBusEnvironment, parseBusSubject } from './subjects.ts'

const paper = parseBusEnvironment('paper') as BusEnvironment

test('a subject of the bus parses into what it was built of', () => {
  const replay = parseBusEnvironment('sim.run-7') as BusEnvironment
  expect([
    parseBusSubject(BUS_SUBJECT.marketData(paper, 'quote', 'fxcm', 'EURUSD')),
    parseBusSubject(BUS_SUBJECT.intent(replay, 'main', 'ema')),
    parseBusSubject(BUS_SUBJECT.journal(paper, 'node_1')),
  ]).toEqual([
    { env: 'paper', family: 'md', tokens: ['quote', 'fxcm', 'EURUSD'] },
    { env: 'sim.run-7', family: 'intent', tokens: ['main', 'ema'] },
    { env: 'paper', family: 'journal', tokens: ['node_1'] },
  ])
})

test('a replay can never look live: its environment is two words, and `sim` alone is none', () => {
  expect(['sim', 'sim.', 'sim.a.b', 'live.a', 'pa per', ''].map(parseBusEnvironment)).toEqual(
    Array(6).fill(undefined),
  )
})

test('what is not a subject of the bus is not parsed', () => {
  const others = ['paper.order', 'paper.order.a.b', 'paper.order.*', 'paper.none.a', '$JS.API.INFO', 'paper']
  expect(others.map(parseBusSubject)).toEqual(others.map(() => undefined))
})

test('a listener writes a wildcard for one word, and nobody else’s text becomes one', () => {
  expect(BUS_SUBJECT.intent(paper, ANY, 'ema')).toBe('paper.intent.*.ema')
  expect(BUS_SUBJECT.all(paper, 'order')).toBe('paper.order.>')
  expect(() => BUS_SUBJECT.order(paper, 'a.b')).toThrow()
  expect(() => BUS_SUBJECT.order(paper, '>')).toThrow()
})
