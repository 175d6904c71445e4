import { expect, test } from 'vitest'
import { ApartNode, ApartPlace, workedOff } from './apart-session.test-support.ts'
import type { BusWatch } from './bus-watch.test-support.ts'

const QUOTES = 18

test('[P1] [P2] two nodes apart order what one orders, and each verifies from its own journal', {
  timeout: 120_000,
}, async () => {
  const place = await ApartPlace.make()
  const watch = await place.watch('apart')
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const alpha = await ApartNode.start(place, 'apart', 'alpha')
  await played(place, watch, [trading, alpha])
  expect([await alpha.stop(), await trading.stop()]).toEqual([0, 0])
  const watchOne = await place.watch('one')
  const one = await ApartNode.start(place, 'one')
  await played(place, watchOne, [one])
  expect(await one.stop()).toBe(0)
  const { equal, ...others } = json(place.cli(['diff', 'runs/apart/trading', 'runs/one', '--json']))
  expect(others).toMatchObject({ differing: 0, only_a: 0, only_b: 0, is_equal: true })
  expect(equal).toBeGreaterThan(30)
  const ordered = await approvedIn(place, 'one')
  expect(ordered.length).toBe(equal)
  expect(await approvedIn(place, 'apart')).toEqual(ordered)
  expect(await subjectsIn(place, 'apart')).toEqual({
    INTENT: ['against', 'market', 'quoter'].map((id) => `paper.apart.alpha.intent.main.${id}`),
    STATE: ['against', 'lead', 'market', 'quoter'].map((id) => `paper.apart.alpha.state.main.${id}`),
    SIG: ['paper.apart.alpha.sig.lead.way', 'paper.sig.follow.stands'],
    ORDER: ['paper.order.main'],
    RISK: [],
  })
  for (const session of ['apart/trading', 'apart/alpha', 'one'])
    expect(place.cli(['verify', session]).stdout).toContain(`✓ ${session} came out the same: `)
})

async function played(place: ApartPlace, watch: BusWatch, nodes: readonly ApartNode[]): Promise<void> {
  await workedOff(watch, nodes, 0)
  for (let number = 0; number < QUOTES; number++) {
    await published(place, nodes, number)
    await workedOff(watch, nodes, number + 1)
  }
}

/** The account's node has the quote before another can have decided on it, or what that decides might overtake the quote. */
async function published(place: ApartPlace, nodes: readonly ApartNode[], number: number): Promise<void> {
  const [first, ...others] = nodes
  for (const other of others) await other.freeze()
  try {
    await place.publish(number)
    await first?.until(({ feeds }) => feeds.every(({ counts }) => counts['rows'] === number + 1))
  } finally {
    for (const other of others) other.thaw()
  }
}

/** What a strategy decides of each order, by the messages that tell of approvals. */
async function approvedIn(place: ApartPlace, session: string): Promise<string[]> {
  const orders: string[] = []
  for (const { payload } of await place.stored('ORDER', session)) {
    const { command } = payload as { readonly command?: Readonly<Record<string, unknown>> }
    if (command?.['type'] !== 'new_order_single') continue
    const { strategy_id, counter, instrument_id, side, order_type } = command
    const { order_quantity_units, price_units, time_in_force } = command
    const what = [instrument_id, side, order_type, order_quantity_units, price_units, time_in_force]
    orders.push([strategy_id, counter, ...what].join(' '))
  }
  return orders.sort()
}

async function subjectsIn(place: ApartPlace, session: string): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  for (const family of ['INTENT', 'STATE', 'SIG', 'ORDER', 'RISK'] as const) {
    const stored = await place.stored(family, session)
    found[family] = [...new Set(stored.map(({ subject }) => subject))].sort()
  }
  return found
}

function json({ stdout }: { readonly stdout: string }) {
  return JSON.parse(stdout)
}
