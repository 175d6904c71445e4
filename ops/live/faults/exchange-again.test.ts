// The exchange in a process of its own is started again under another configuration, beside a session that goes on.

import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exchangeAddress } from '../../../adapters/paper-venue/frame-link.ts'
import { NO_MODELS } from '../../../sim/paper-venue/venue-config.test-support.ts'
import { loadConfig } from '../../config/load-config.ts'
import { openExchange } from '../../exchange/open-exchange.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'

const HALTS = 'halts: [{ instrument: EURUSD.gen, from: 2000-01-01T00:00:00Z, to: 2100-01-01T00:00:00Z }]'

test('[X7] a halt that the exchange’s configuration no longer has is over for a session that remembers it', async () => {
  const halted = await placeAt('tcp://127.0.0.1:1', `, ${HALTS}`)
  const first = await started(halted, 0)
  const place = await placeAt(first.url)
  const session = await DisturbedSession.start(place)
  const gate = session.paper.session.sequencer.built.trading.gates.get('main')
  await session.until(() => (gate?.counts.denied ?? 0) > 3)
  expect(session.orders).toEqual([])
  await first.close()
  const second = await started(place, exchangeAddress(first.url).port, first.ledger)
  await session.trades()
  expect(await session.stop()).toBe(0)
  await second.close()
  expect(await place.judged(first.ledger)).toBeUndefined()
})

/** @param rules more of how the venue is simulated. */
function placeAt(exchange: string, rules = ''): Promise<DisturbedPlace> {
  const around = { bus: { url: '', credentials: '' }, exchange } as never
  return DisturbedPlace.make(around, (text) =>
    text
      .replace(/durability: replicated\nbus: .*\nbus_credentials: .*\n/, '')
      .replace('market_and_limit', `market_and_limit, halted_orders: reject${rules}`),
  )
}

async function started(place: DisturbedPlace, port: number, ledger = join(place.folder, 'runs/exchange')) {
  const { config } = await loadConfig({ path: place.path, set: [] })
  const exchange = await openExchange({
    config,
    authored: NO_MODELS,
    base_directory: '.',
    ledger,
    listen: { host: '127.0.0.1', port },
    rows_per_s: 100,
    onFailure: (error) => Promise.reject(error),
    onNoSnapshots: (what) => Promise.reject(new Error(what)),
  })
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await exchange.close()
  }
  onTestFinished(close)
  return { url: exchange.url, ledger, close }
}
