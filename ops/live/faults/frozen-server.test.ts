import { expect, onTestFinished, test } from 'vitest'
import { startNatsServer, type TestNatsServer } from '../../../adapters/nats/nats-server.test-support.ts'
import { LEASE_TTL_MS } from '../../../adapters/nats/streams.ts'
import { DEFAULT_INSTALLATION } from '../../nats/installation-folder.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'

/** From the freeze to the first refusal: the copy's deadline, and what a busy machine adds. */
const REFUSED_WITHIN_MS = 1_500
/** The last word to the copy has its deadline, and giving up the lease another. */
const STOPPED_WITHIN_MS = 5_000

test('[N14] a server frozen for less than the lease holds orders back, and they leave again once it answers', async () => {
  const { place, server } = await replicated()
  const session = await DisturbedSession.start(place)
  await session.trades()
  const [facts, from_ms] = [session.facts.length, performance.now()]
  await server.freeze()
  await session.until(() => session.codes.includes('bus.copy_behind'))
  expect(performance.now() - from_ms).toBeLessThan(REFUSED_WITHIN_MS)
  await session.until(() => session.reasons(facts).includes('journal_copy_behind'))
  const held = session.orders.length
  expect(session.paper.session.orders_held_for).toBe('journal_copy_behind')
  server.thaw()
  await session.until(() => session.codes.includes('bus.copy_caught_up'))
  expect(session.orders.length).toBe(held)
  await session.trades()
  expect(session.paper.session.orders_held_for).toBe('')
  expect(session.failure).toBeUndefined()
  expect(await session.stop()).toBe(0)
  expect(session.early).toEqual([])
  expect(await place.judged()).toBeUndefined()
})

test('[N14] a server frozen for longer than the lease takes all orders with it, and gives the lease back that nobody took', async () => {
  const { place, server } = await replicated()
  const session = await DisturbedSession.start(place)
  await session.trades()
  const { node } = session.paper.session.sequencer
  const from_us = node.now_us
  await server.freeze()
  await session.until(() => node.now_us > from_us + LEASE_TTL_MS * 1000)
  const ended = session.orders.length
  await session.until(() => node.now_us > from_us + 2000 * LEASE_TTL_MS)
  expect(session.orders.length).toBe(ended)
  server.thaw()
  await session.until(() => session.codes.includes('bus.copy_caught_up'))
  await session.trades()
  // Only a message that was under way at the freeze is late: none leaves behind a late copy.
  const ofMessages = (what: string) => session.codes.filter((code) => code === `bus.messages_${what}`).length
  await session.until(() => ofMessages('caught_up') === ofMessages('behind'))
  expect(ofMessages('behind')).toBeLessThanOrEqual(1)
  const codes = session.codes.filter((code) => !code.startsWith('bus.messages_'))
  expect({ codes, failure: session.failure, early: session.early }).toEqual({
    codes: ['bus.copy_behind', 'bus.copy_caught_up'],
    failure: undefined,
    early: [],
  })
  expect(await session.stop()).toBe(0)
  expect(await place.judged()).toBeUndefined()
})

test('[N14] whoever stops a session beside a frozen server does not wait for it, and nothing is lost or doubled', async () => {
  const { place, server } = await replicated()
  const first = await DisturbedSession.start(place)
  await first.trades()
  await server.freeze()
  await first.until(() => first.codes.includes('bus.copy_behind'))
  const from_ms = performance.now()
  expect(await first.stop()).toBe(0)
  expect(performance.now() - from_ms).toBeLessThan(STOPPED_WITHIN_MS)
  server.thaw()
  const second = await DisturbedSession.start(place)
  await second.trades()
  expect(await second.stop()).toBe(0)
  expect({ early: [...first.early, ...second.early] }).toEqual({ early: [] })
  expect(await place.judged()).toBeUndefined()
})

async function replicated(): Promise<{ place: DisturbedPlace; server: TestNatsServer }> {
  const server = await startNatsServer({ installation: DEFAULT_INSTALLATION })
  onTestFinished(() => server.stop())
  const bus = `durability: replicated\nbus: ${server.url}\nbus_credentials: ${server.directory}/credentials\n`
  return { place: await DisturbedPlace.make(undefined, (text) => `${bus}${text}`), server }
}
