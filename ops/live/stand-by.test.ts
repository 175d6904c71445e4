import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PAPER_INSTALLATION, startNatsServer } from '../../adapters/nats/nats-server.test-support.ts'
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

test('[S8] a standby that is told to end before it has caught up ends there', async () => {
  const server = await startNatsServer({ installation: PAPER_INSTALLATION })
  onTestFinished(() => server.stop())
  const directory = await mkdtemp(join(tmpdir(), 'orrery-stand-by-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const ending = new AbortController()
  const lines: string[] = []
  const standing = standBy({
    config: {
      bus: server.url,
      bus_credentials: join(server.directory, 'credentials'),
      durability: 'replicated',
      session: 'first',
      live: { exchange: EXCHANGE, environment: 'paper' },
    } as unknown as Config,
    place: { name: 'main', accounts: [{ id: 'main' }] },
    directory,
    signal: ending.signal,
    print: (line: string) => lines.push(line),
    onFollowing: async () => ending.abort(new Error('not wanted')),
    onFailure: () => undefined,
  } as unknown as StandByOptions)
  await expect(standing).rejects.toThrow('not wanted')
  expect(lines).toEqual([])
})
