import { dirname } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import {
  PAPER_INSTALLATION,
  startNatsServer,
  type TestNatsServer,
} from '../../adapters/nats/nats-server.test-support.ts'
import type { Config } from '../../schemas/config/config.ts'
import { checkNats } from './nats-check.ts'

let server: TestNatsServer | undefined
afterEach(() => server?.stop())

test('[N3] doctor says what the bus of a configuration is fit for, and what to do where it does not answer', async () => {
  const lazy = { installation: PAPER_INSTALLATION, sync_interval: '1m' }
  server = await startNatsServer(lazy)
  const config = { bus: server.url, bus_credentials: dirname(server.seedFile('trading')) } as Config
  const [found] = await checkNats(config)
  expect(found).toMatchObject({ ok: true, found: expect.stringContaining('fit for paper only: ') })
  await server.kill9()
  expect(await checkNats(config)).toMatchObject([{ ok: false, remedy: 'Start it with orrery nats up.' }])
  const { bus: _, ...without } = config
  expect(await checkNats(without as Config)).toEqual([])
})
