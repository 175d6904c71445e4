import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { Desk } from '../../adapters/paper-venue/desk.test-support.ts'
import { exchangeAddress } from '../../adapters/paper-venue/frame-link.ts'
import { UnrulyProxy } from '../../adapters/paper-venue/unruly-proxy.test-support.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { priceUnits } from '../../schemas/units.ts'
import { NO_MODELS, venueConfig } from '../../sim/paper-venue/venue-config.test-support.ts'
import { BIN } from '../cli/run-cli.test-support.ts'
import { auditExchange } from './run-exchange.ts'

const KILL_COUNT = 6

/** An exchange process, until it is killed. */
class ExchangeProcess {
  readonly #child: ChildProcess
  readonly url: string

  static async on(file: string): Promise<ExchangeProcess> {
    const child = spawn(BIN, ['exchange', file, '--listen', '127.0.0.1:0', '--rows-per-s', '200'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface(must(child.stdout, 'its output is read')), 'line')) as [string]
    const [url] = must(/tcp:\S+(?=,)/.exec(line), 'it says where it listens')
    return new ExchangeProcess(child, url)
  }

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.kill(signal)
    await exit
  }
}

test(`[V2] [X2] killed ${KILL_COUNT} times at random points, an exchange loses nothing it acknowledged and says each report once`, {
  timeout: 120_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-exchange-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const config: Config = await venueConfig('{ submit_us: 2000, report_us: 1000 }', directory)
  const file = join(directory, 'venue.json')
  await writeFile(file, JSON.stringify(config))
  let exchange = await ExchangeProcess.on(file)
  const proxy = await UnrulyProxy.before(exchangeAddress(exchange.url))
  onTestFinished(() => proxy.close())
  const desk = Desk.at(proxy.address, config)
  await desk.open({ absence_grace_ms: 100 })
  const seed = 5
  const random = new RandomStream(seed, 'kills')
  let counter = 0
  for (let kill = 0; kill < KILL_COUNT; kill++) {
    const until = desk.inputs.length + 5 + random.nextInt(60)
    while (desk.inputs.length < until) {
      const { length } = desk.inputs
      // A few at once, so that a kill meets some of them under way; every other rests in the book.
      for (let at = 0; at < 3; at++) {
        const price = counter % 2 === 0 ? {} : { price_units: priceUnits(50_000) }
        desk.send(++counter, price)
      }
      await desk.until(() => desk.inputs.length >= length + 3)
    }
    // What is sent now cannot be acknowledged any more.
    desk.send(++counter)
    await exchange.end('SIGKILL')
    await desk.until(() => desk.states.at(-1) === 'disconnected')
    exchange = await ExchangeProcess.on(file)
    proxy.target = exchangeAddress(exchange.url)
    await desk.until(() => desk.states.at(-1) === 'connected')
  }
  await desk.settle()
  await exchange.end('SIGINT')
  const audit = await auditExchange(config, NO_MODELS, undefined)
  expect({ seed, consistent: audit.is_consistent, duplicates: audit.duplicates_received }).toEqual({
    seed,
    consistent: true,
    duplicates: 0,
  })
  const received = new Set(audit.ids.map(({ client_order_id }) => client_order_id as string))
  const ids = Array.from({ length: counter }, (_, at) => `paper-1-t-${at + 1}`)
  expect(ids.filter((id) => received.has(id) !== desk.knowsOf(id))).toEqual([])
  expect(desk.idsWith('sent').filter((id) => !received.has(id))).toEqual([])
  expect(desk.idsWith('absent').filter((id) => received.has(id))).toEqual([])
  const reports = desk.newReports()
  expect(reports.map(({ report_id }) => Number(report_id))).toEqual(reports.map((_, at) => at + 1))
  const trades = reports.filter(({ report_type }) => report_type === 'trade')
  expect(trades.map(({ execution_id }) => execution_id)).toEqual(
    audit.fills.map(({ execution_id }) => execution_id),
  )
  expect(desk.idsWith('unproven').length).toBeGreaterThanOrEqual(KILL_COUNT)
})
