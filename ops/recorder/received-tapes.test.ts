import { readdir, rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startNatsServer, type TestNatsServer } from '../../adapters/nats/nats-server.test-support.ts'
import { runCli, startCli } from '../cli/run-cli.test-support.ts'
import { DEFAULT_INSTALLATION } from '../nats/installation-folder.ts'
import { AskedOrders, backtested, heedlessFolder, stopTime } from './heedless.test-support.ts'

let server: TestNatsServer
let session = ''
let elsewhere = ''
beforeEach(async () => {
  server = await startNatsServer({ installation: DEFAULT_INSTALLATION })
  session = await machine()
  elsewhere = await machine()
})
afterEach(async () => {
  await server.stop()
  for (const folder of [session, elsewhere]) await rm(folder, { recursive: true })
})

test('[R14] a recorder elsewhere has every row once, over kills of itself and of the server, and what it has backtests as the session traded', async () => {
  const first = startCli(['recorder', 'c.yaml'], { cwd: elsewhere })
  await first.saw(/^Recording/)
  const asked = new AskedOrders()
  const paper = startCli(['paper', 'c.yaml'], { cwd: session })
  paper.onLine(asked.note)
  await paper.saw(/-\d\b/)
  first.kill('SIGKILL')
  await first.exit()
  await paper.saw(/-\d\d\b/)
  await server.kill9()
  await server.restart()
  const second = startCli(['recorder', 'c.yaml'], { cwd: elsewhere })
  await second.saw(/^Recording/)
  // However late the server is back, nobody else has held the lease.
  await paper.saw(/-[2-9]\d\b/)
  paper.kill('SIGINT')
  expect(await paper.exit()).toBe(0)
  second.kill('SIGINT')
  expect(await second.exit()).toBe(0)
  const last = JSON.parse(runCli(['recorder', 'c.yaml', '--once', '--json'], { cwd: elsewhere }).stdout)
  expect({ missing: last.missing, refused: last.refused }).toEqual({ missing: 0, refused: 0 })
  expect(await readdir(session)).not.toContain('ticks')
  const [again, stopped] = [await backtested(elsewhere, 'far'), await stopTime(session, 'far')]
  const orders = asked.inTurn
  expect(again.slice(0, orders.length).map(({ order }) => order)).toEqual(orders)
  expect(again.slice(orders.length).filter(({ submitted }) => submitted < stopped)).toEqual([])
}, 180_000)

/** A folder of its own for the session and for the recorder, as if each were on a machine of its own. */
function machine(): Promise<string> {
  const bus = `bus: ${server.url}\nbus_credentials: ${server.directory}/credentials\n`
  return heedlessFolder('far', 400, 'recorder: bus,', bus)
}
