import { expect, test } from 'vitest'
import type { Config } from '../../schemas/config/config.ts'
import { type StandByOptions, standBy } from './stand-by.ts'

const BUS = 'nats://127.0.0.1:4222'
const EXCHANGE = 'tcp://127.0.0.1:4760'

function asked(
  config: { bus?: string; live: { exchange?: string } },
  accounts: readonly string[] = ['main'],
) {
  const place = { name: 'alpha', accounts: accounts.map((id) => ({ id })) }
  // Refused before anything else of it is looked at.
  return standBy({ config: config as Config, place } as unknown as StandByOptions)
}

test.each<[string, () => Promise<unknown>, string]>([
  ['without a bus', () => asked({ live: { exchange: EXCHANGE } }), 'standby.no_bus'],
  ['with the exchange inside the node', () => asked({ bus: BUS, live: {} }), 'standby.exchange_inside'],
  [
    'for a node without accounts',
    () => asked({ bus: BUS, live: { exchange: EXCHANGE } }, []),
    'standby.no_account',
  ],
])('standing by %s is refused', async (_, ask, code) => {
  await expect(ask()).rejects.toMatchObject({ code, reason: 'usage', remedy: expect.stringMatching(/\w/) })
})
