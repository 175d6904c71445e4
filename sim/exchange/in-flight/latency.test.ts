import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import type { LatencyConfig } from '../../../schemas/config/latency.ts'
import { account, play, Scenario, terms, venue } from '../scenario.test-support.ts'

const delayed = terms({ venues: [venue({ latency: { submit_us: 5, report_us: 3 } })] })

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

function under(latency: LatencyConfig, seed = 1) {
  return terms({ venues: [venue({ latency })], seed })
}

const recorded = (...delays_us: number[]) => ({ model: 'recorded', delays_us }) as const

test('each command takes the next delay of a recording, a cancel and a replace with a delay of their own take that', () => {
  const lines = [
    '1 quote 100/103',
    '1 a buy 5 limit 101 day',
    '20 b buy 5 limit 101 day',
    '40 d replace a 4 101',
    '60 c cancel b',
    '80 e buy 5 limit 101 day',
  ]
  const latency = { submit_us: recorded(5, 9), replace_us: 2, cancel_us: recorded(7), report_us: 0 }
  expect(play(lines, under(latency))).toEqual([
    '6 a new leaves 5',
    '29 b new leaves 5',
    '42 d replaced a 4@101 leaves 4',
    '67 c canceled b cum 0',
    '85 e new leaves 5',
  ])
  expect(play(lines, under({ submit_us: recorded(5, 9, 1), report_us: 0 }))).toEqual([
    '6 a new leaves 5',
    '29 b new leaves 5',
    '41 d replaced a 4@101 leaves 4',
    '65 c canceled b cum 0',
    '89 e new leaves 5',
  ])
})

test('what takes no time still comes behind what is due at that very moment', () => {
  const lines = ['1 quote 100/103', '1 a buy 5 limit 101 day', '10 c cancel a']
  expect(play(lines, under({ submit_us: recorded(9, 0), report_us: 0 }))).toEqual([
    '10 a new leaves 5',
    '10 c canceled a cum 0',
  ])
})

test('accounts have connections of their own: one does not wait for the other', () => {
  const accounts = [account(), account({ id: 'other' })]
  const lines = ['1 quote 100/103', '1 a buy 5 limit 101 day', '2 b:X.sim:other buy 5 limit 101 day']
  const latency = { submit_us: recorded(20, 3), report_us: 0 }
  expect(play(lines, { ...under(latency), accounts })).toEqual(['5 b new leaves 5', '21 a new leaves 5'])
})

const DRAWN: LatencyConfig = {
  submit_us: { model: 'lognormal', median_us: 20, sigma: '0.9', min_us: 0, max_us: 300 },
  cancel_us: { model: 'exponential', mean_us: 15, min_us: 1, max_us: 200 },
  replace_us: { model: 'uniform', min_us: 0, max_us: 60 },
  report_us: { model: 'normal', mean_us: 25, deviation_us: 20, min_us: 0, max_us: 90 },
}

/** Orders, cancels and replaces of two accounts, close upon each other. */
function busyLines(seed: number, count: number): string[] {
  const random = new RandomStream(seed, 'busy')
  const lines = ['1 quote 100/103']
  let time = 1
  for (let at = 1; at <= count; at++) {
    time += random.nextInt(15)
    const owner = random.nextInt(2) === 0 ? 'main' : 'other'
    const earlier = `o${1 + random.nextInt(at)}`
    const acts = [
      `buy 5 limit ${95 + random.nextInt(8)} gtc`,
      'sell 2 market ioc',
      `cancel ${earlier}`,
      `replace ${earlier} 4 99`,
      '',
    ]
    const act = acts[random.nextInt(acts.length)] as string
    const bid = 95 + random.nextInt(10)
    lines.push(act === '' ? `${time} quote ${bid}/${bid + 3}` : `${time} o${at}:X.sim:${owner} ${act}`)
  }
  return lines
}

test('on one connection nothing overtakes, whatever is drawn, and no delay is shorter than its own', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const lines = busyLines(seed, 200)
    const scenario = new Scenario({ ...under(DRAWN, seed), accounts: [account(), account({ id: 'other' })] })
    const sent: string[] = []
    for (const line of lines) {
      scenario.step(line)
      const [, subject = ''] = line.split(' ')
      if (subject.startsWith('o')) sent.push(subject.split(':')[0] as string)
    }
    scenario.finish()
    const reports = scenario.deliveries.flatMap(({ at_us, message }) =>
      message.type === 'venue_report' ? [{ at_us, ...message }] : [],
    )
    for (const owner of ['main', 'other']) {
      const own = reports.filter(({ account_id }) => account_id === owner)
      const said = own.map(({ ts_event_us }) => ts_event_us)
      expect({ seed, said }).toEqual({ seed, said: said.toSorted((a, b) => a - b) })
      // The first report on each command, in the order the venue took them in.
      const answered = [...new Set(own.map(({ client_order_id }) => client_order_id as string))]
      const inOrder = sent.filter((id) => answered.includes(id))
      expect({ seed, answered }).toEqual({ seed, answered: inOrder })
      expect(own.every(({ at_us, ts_event_us }) => at_us >= ts_event_us)).toBe(true)
    }
    expect(reports.length).toBeGreaterThan(50)
  }
})

test('venues saved while messages are under way go on as if they had not been', () => {
  const from = { ...under(DRAWN, 3), accounts: [account(), account({ id: 'other' })] }
  const lines = busyLines(9, 120)
  const whole = new Scenario(from)
  whole.play(...lines)
  for (const cut of [1, 17, 60, 119]) {
    const before = new Scenario(from)
    for (const line of lines.slice(0, cut)) before.step(line)
    const after = before.reopened(from)
    after.play(...lines.slice(cut))
    expect([...before.reports(), ...after.reports()]).toEqual(whole.reports())
  }
})
