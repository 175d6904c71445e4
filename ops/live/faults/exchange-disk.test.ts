// The exchange in a process of its own, whose ledger cannot grow any more: the system refuses its writes beyond a size, as
// a full disk would.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '../../../schemas/assert.ts'
import { isFill } from '../../../schemas/messages/order-fact.ts'
import { NO_MODELS } from '../../../sim/paper-venue/venue-config.test-support.ts'
import { BIN } from '../../cli/run-cli.test-support.ts'
import { loadConfig } from '../../config/load-config.ts'
import { auditExchange } from '../../exchange/run-exchange.ts'
import { DisturbedPlace, DisturbedSession } from './disturbed-session.test-support.ts'

/** In blocks of 512 bytes: seconds of trading. */
const LEDGER_BLOCKS = '200'

test('[V18] [X2] an exchange that cannot write its ledger ends and says why, has said nothing that is not in it, and a session goes on with the next', {
  timeout: 60_000,
}, async () => {
  const itself = await placeAt('tcp://127.0.0.1:1')
  const ledger = join(itself.folder, 'runs/exchange')
  const first = await ExchangeProcess.start(itself, '127.0.0.1:0', LEDGER_BLOCKS)
  const place = await placeAt(first.url)
  const session = await DisturbedSession.start(place)
  await session.trades()
  expect(await first.ended()).toEqual({
    code: 5,
    said: expect.stringMatching(
      /disk failed: EFBIG.*where: .*runs\/exchange.*then start again.*journal\.io_error, exit code 5/s,
    ),
  })
  await session.until(() => session.paper.session.connectionStates.get('gen') !== 'connected')
  const { config } = await loadConfig({ path: itself.path, set: [] })
  const { ids, fills, is_consistent } = await auditExchange(config, NO_MODELS, ledger)
  const [received, executed] = [
    ids.map((each) => each.client_order_id),
    fills.map((each) => each.execution_id),
  ]
  // Of what the engine keeps itself no venue has an incarnation.
  const answered = session.facts.filter(({ type, incarnation }) => incarnation > 0 && ANSWERS.test(type))
  expect(answered.length).toBeGreaterThan(3)
  expect(answered.filter(({ client_order_id: id }) => !received.includes(id))).toEqual([])
  const heard = session.facts.filter(isFill).map(({ execution_id }) => execution_id)
  expect(heard.filter((id) => !executed.includes(id))).toEqual([])
  expect({ is_consistent, failure: session.failure }).toEqual({ is_consistent: true, failure: undefined })

  // Full is full: it is refused again in the same words, and nothing is damaged by it.
  const refused = await ExchangeProcess.refused(itself, first.address, '0')
  expect(refused).toEqual({ code: 5, said: expect.stringMatching(/journal\.io_error/) })

  const second = await ExchangeProcess.start(itself, first.address)
  await session.until(() => session.paper.session.connectionStates.get('gen') === 'connected')
  await session.trades(5)
  await session.until(() => unknown(session) === 0)
  expect(await session.stop()).toBe(0)
  expect({ early: session.early, uncompared: session.uncompared }).toEqual({ early: [], uncompared: [] })
  expect((await second.end()).code).toBe(0)
  expect(await place.judged(ledger)).toBeUndefined()
})

/** Facts that the exchange has caused. */
const ANSWERS = /^order\.(accepted|rejected|canceled|replaced|filled|partially_filled|expired)$/

function placeAt(exchange: string): Promise<DisturbedPlace> {
  const around = { bus: { url: '', credentials: '' }, exchange } as never
  return DisturbedPlace.make(around, (text) =>
    text.replace(/durability: replicated\nbus: .*\nbus_credentials: .*\n/, ''),
  )
}

function unknown({ paper }: DisturbedSession): number {
  const orders = paper.session.sequencer.built.trading.orders.get('main')
  return [...(orders?.openRecords() ?? [])].filter(({ state }) => state === 'unknown').length
}

type Ended = { readonly code: number | null; readonly said: string }

class ExchangeProcess {
  url = ''
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown[]>
  #said = ''

  /** Resolves when it listens. */
  static async start(place: DisturbedPlace, listen: string, blocks = 'unlimited'): Promise<ExchangeProcess> {
    const exchange = new ExchangeProcess(place, listen, blocks)
    const lines = createInterface(must(exchange.#child.stdout, 'its output is read'))
    const [line] = (await once(lines, 'line')) as [string]
    exchange.url = must(/tcp:\S+(?=,)/.exec(line), 'it says where it listens')[0]
    return exchange
  }

  static refused(place: DisturbedPlace, listen: string, blocks: string): Promise<Ended> {
    return new ExchangeProcess(place, listen, blocks).ended()
  }

  private constructor({ folder, path }: DisturbedPlace, listen: string, blocks: string) {
    const args = ['exchange', path, '--listen', listen, '--rows-per-s', '100']
    const ledger = ['--ledger', join(folder, 'runs/exchange')]
    const limited = ['-c', 'ulimit -f "$0" && exec "$@"', blocks, BIN, ...args, ...ledger]
    this.#child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exit = once(this.#child, 'close')
    onTestFinished(() => void this.#child.kill('SIGKILL'))
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text) => {
        this.#said += text
      })
  }

  get address(): string {
    return this.url.slice('tcp://'.length)
  }

  async ended(): Promise<Ended> {
    const [code] = (await this.#exit) as [number | null]
    return { code, said: this.#said }
  }

  end(): Promise<Ended> {
    this.#child.kill('SIGINT')
    return this.ended()
  }
}
