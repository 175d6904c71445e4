import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exchangeAddress } from '../../../adapters/paper-venue/frame-link.ts'
import { UnrulyProxy } from '../../../adapters/paper-venue/unruly-proxy.test-support.ts'
import type { VenueConnection } from '../../../engine/live/venue-connection.ts'
import { changed } from '../../../sim/live/changed-port.test-support.ts'
import { NO_MODELS } from '../../../sim/paper-venue/venue-config.test-support.ts'
import { loadConfig } from '../../config/load-config.ts'
import { openExchange } from '../../exchange/open-exchange.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'

/** A side that hears nothing for this long gives the connection up. */
const HEARTBEATS = { heartbeat_ms: 200, dead_after_ms: 1_500 }

test('[N14] delayed, cut, and half-open in either direction, the link to the exchange comes back and the books match', async () => {
  const { place, proxy, ledger, close } = await apart()
  const session = await DisturbedSession.start(place)
  await session.trades(5)

  proxy.delay_ms = 300
  await session.trades(5)
  proxy.delay_ms = 0

  for (const disturb of [
    () => proxy.cut(),
    () => {
      proxy.swallowsRequests = true
    },
    () => {
      proxy.swallowsAnswers = true
    },
  ]) {
    await disturbed(session, disturb)
    proxy.swallowsRequests = false
    proxy.swallowsAnswers = false
    await session.until(() => session.paper.session.connectionStates.get('gen') === 'connected')
    const { length } = session.facts
    await session.trades(5)
    // Nothing is left in doubt: a proof came for each, before or with the orders after it.
    await session.until(() => unknown(session) === 0)
    expect(session.facts.length).toBeGreaterThan(length)
  }
  expect(session.codes).toEqual(Array(3).fill('session.venue_disconnected'))
  expect(session.facts.filter(({ type }) => type === 'order.unknown').length).toBeGreaterThan(0)
  expect(session.failure).toBeUndefined()
  expect(await session.stop()).toBe(0)
  expect({ early: session.early, uncompared: session.uncompared }).toEqual({ early: [], uncompared: [] })
  await close()
  expect(await place.judged(ledger)).toBeUndefined()
})

test('[N16] after a connection was lost no order leaves on the next before the books were looked at', async () => {
  const { place, proxy, ledger, close } = await apart()
  const books = new HeldBooks()
  const session = await DisturbedSession.start(place, { connection: (connection) => books.of(connection) })
  await session.trades()
  const facts = session.facts.length
  books.hold()
  await disturbed(session, () => proxy.cut())
  await session.until(() => session.reasons(facts).includes('not_reconciled'))
  books.show()
  await session.trades()
  expect(session.uncompared).toEqual([])
  expect(await session.stop()).toBe(0)
  await close()
  expect(await place.judged(ledger)).toBeUndefined()
})

/** A venue whose books are not to be seen while they are held. */
class HeldBooks {
  #isHeld = false
  #asked: (() => void)[] = []

  of(connection: VenueConnection): VenueConnection {
    return changed(connection, {
      requestState: (account_id) => {
        if (this.#isHeld) this.#asked.push(() => connection.requestState(account_id))
        else connection.requestState(account_id)
      },
    })
  }

  hold(): void {
    this.#isHeld = true
  }

  show(): void {
    this.#isHeld = false
    for (const ask of this.#asked.splice(0)) ask()
  }
}

/** Resolves when the session has lost the connection. */
async function disturbed(session: DisturbedSession, disturb: () => void): Promise<void> {
  const { length } = session.alerts
  disturb()
  await session.until(() => session.alerts.length > length)
}

function unknown({ paper }: DisturbedSession): number {
  const { trading } = paper.session.sequencer.built
  return [...(trading.orders.get('main')?.openRecords() ?? [])].filter(({ state }) => state === 'unknown')
    .length
}

/** The exchange behind a proxy, in this process and with a ledger of its own. */
async function apart() {
  const bus = (text: string) => text.replace(/durability: replicated\nbus: .*\nbus_credentials: .*\n/, '')
  const around = (exchange: string) => ({ bus: { url: '', credentials: '' }, exchange }) as never
  const itself = await DisturbedPlace.make(around('tcp://127.0.0.1:1'), bus)
  const { config } = await loadConfig({ path: itself.path, set: [] })
  const ledger = join(itself.folder, 'runs/exchange')
  const exchange = await openExchange({
    config,
    authored: NO_MODELS,
    base_directory: '.',
    ledger,
    listen: { host: '127.0.0.1', port: 0 },
    rows_per_s: 100,
    heartbeats: HEARTBEATS,
    onFailure: (error) => Promise.reject(error),
    onNoSnapshots: (what) => Promise.reject(new Error(what)),
  })
  const proxy = await UnrulyProxy.before(exchangeAddress(exchange.url))
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await proxy.close()
    await exchange.close()
  }
  onTestFinished(close)
  const place = await DisturbedPlace.make(around(`tcp://127.0.0.1:${proxy.address.port}`), bus)
  return { place, proxy, ledger, close }
}
