import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterEach, expect, test } from 'vitest'
import type { BusDelivery } from '../../engine/bus-port.ts'
import { JetStreamBus } from './jetstream-bus.ts'
import { PAPER_INSTALLATION, startNatsServer, type TestNatsServer } from './nats-server.test-support.ts'
import { FEED_ROLE, strategyRole, TRADING_ROLE } from './roles.ts'
import { streamOf } from './streams.ts'
import { TcpProxy } from './tcp-proxy.test-support.ts'

const STRATEGY_ROLE = strategyRole('alpha')
const QUOTES = 'paper.md.quote.gen.EURUSD'
const OTHERS = 'paper.md.quote.gen.NZDUSD'

const undo: (() => Promise<unknown> | unknown)[] = []
const faults: string[] = []
afterEach(async () => {
  for (const act of undo.splice(0).reverse()) await act()
  expect(faults.splice(0)).toEqual([])
})

async function signedIn(server: TestNatsServer, role: string, url = server.url): Promise<NatsConnection> {
  const connection = await server.signIn(role, faults, url)
  undo.push(() => connection.close())
  return connection
}

/** A server, a publisher of market data at it, and a subscription from what is new through a proxy. */
async function desk(role: string) {
  const server = await startNatsServer({ installation: PAPER_INSTALLATION })
  undo.push(() => server.stop())
  const proxy = await TcpProxy.start(() => server.port)
  undo.push(() => proxy.stop())
  const connection = await signedIn(server, role, proxy.url)
  const bus = new JetStreamBus({
    connection,
    streamOf,
    deadline_ms: 5_000,
    pending_max: 256,
    ...(role === STRATEGY_ROLE ? { fixed_consumer: role } : {}),
  })
  bus.onFault(({ what }) => faults.push(what))
  undo.push(() => bus.close())
  const publish = async (texts: readonly string[], subject = QUOTES) => {
    const connection = await signedIn(server, FEED_ROLE)
    for (const text of texts) connection.publish(subject, text)
    await connection.flush()
    await connection.close()
  }
  await publish(['before'])
  // A server that has a message has not stored it yet: what is stored behind the subscription would be new to it.
  const { streams } = await jetstreamManager(connection, { checkAPI: false })
  while ((await streams.info(streamOf(QUOTES))).state.last_seq === 0);
  const heard: BusDelivery[] = []
  let onHeard = (): void => undefined
  await bus.subscribe([QUOTES], { at: 'new' }, (delivery) => {
    heard.push(delivery)
    onHeard()
  })
  const reached = async (text: string) => {
    while (textOf(heard.at(-1)) !== text)
      await new Promise<void>((resolve) => {
        onHeard = resolve
      })
  }
  return { server, proxy, publish, heard, reached }
}

function textOf(delivery: BusDelivery | undefined): string {
  return Buffer.from(delivery?.payload ?? []).toString()
}

function texts(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${name}${at + 1}`)
}

test.for([
  [TRADING_ROLE, 'fewer', 3, QUOTES],
  [TRADING_ROLE, 'as many', 30, QUOTES],
  [TRADING_ROLE, 'more', 100, QUOTES],
  [TRADING_ROLE, 'more of others', 100, OTHERS],
  [STRATEGY_ROLE, 'fewer', 3, QUOTES],
  [STRATEGY_ROLE, 'more', 100, QUOTES],
  [STRATEGY_ROLE, 'more of others', 100, OTHERS],
] as const)(
  '[B18] as %s: where a server lost 30 that were heard and stored %s under their numbers, each is heard once',
  async ([role, , count, subject]) => {
    const { server, proxy, publish, heard, reached } = await desk(role)
    await publish(texts('kept', 20))
    await reached('kept20')
    await server.losing(async () => {
      await publish(texts('lost', 30))
      await reached('lost30')
      proxy.cut(true)
    })
    await publish(texts('again', count), subject)
    await publish(['last'])
    proxy.heal()
    await reached('last')
    const again = [...(subject === QUOTES ? texts('again', count) : []), 'last']
    expect(heard.map(textOf)).toEqual([...texts('kept', 20), ...texts('lost', 30), ...again])
    expect(heard.map(({ stream_life }) => stream_life)).toEqual([
      ...Array.from({ length: 50 }, () => 1),
      ...again.map(() => 2),
    ])
  },
)

test('[B18] a server that lost nothing is read on where it was, and so is one whose end nobody heard', async () => {
  const { server, proxy, publish, heard, reached } = await desk(TRADING_ROLE)
  await publish(texts('kept', 20))
  await reached('kept20')
  await server.end()
  await server.restart()
  await publish(texts('more', 20))
  await reached('more20')
  proxy.cut(true)
  await server.losing(() => publish(texts('unheard', 5)))
  proxy.heal()
  await publish(['last'])
  await reached('last')
  expect(heard.map(textOf)).toEqual([...texts('kept', 20), ...texts('more', 20), 'last'])
  expect(heard.every(({ stream_life }) => stream_life === 1)).toBe(true)
})

test('[B18] a server killed amid single messages: each that came out of it was heard once, all behind it too', async () => {
  const { server, publish, heard, reached } = await desk(TRADING_ROLE)
  const sent: string[] = []
  for (let kill = 1; kill <= 3; kill++) {
    const connection = await signedIn(server, FEED_ROLE)
    for (let at = 1; at <= 2_000; at++) {
      sent.push(`${kill}.${at}`)
      connection.publish(QUOTES, `${kill}.${at}`)
      if (at % 20 === 0) await connection.flush()
    }
    await server.kill9()
    await connection.close()
    await server.restart()
    sent.push(`behind ${kill}`)
    await publish([`behind ${kill}`])
    await reached(`behind ${kill}`)
  }
  const found = heard.map(textOf)
  expect(found).toEqual(sent.filter((text) => new Set(found).has(text)))
  expect(found.filter((text) => text.startsWith('behind'))).toEqual(['behind 1', 'behind 2', 'behind 3'])
})
