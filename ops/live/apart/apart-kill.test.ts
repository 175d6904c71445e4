import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RandomStream } from '../../../engine/random-stream.ts'
import { must } from '../../../schemas/assert.ts'
import type { NodePayload } from '../../../schemas/messages/node-message.ts'
import { APART } from './apart-config.test-support.ts'
import { type NodeStory, storyOf, undecided, unheard } from './apart-journals.test-support.ts'
import { ApartNode, ApartPlace, settled } from './apart-session.test-support.ts'

const replicated = (text: string) => text.replace('\nbus:', '\ndurability: replicated\nbus:')
const VICTIMS = ['alpha', 'trading', 'server', 'alpha', 'trading'] as const

test('[N18] [N19] [M2] [M5] [C1] [C9] nodes and server killed in the midst of their talk lose no intent and double none', {
  timeout: 180_000,
}, async () => {
  const seed = Date.now() % 100_000
  const random = new RandomStream(seed, 'kills')
  const tale = new Tale(await ApartPlace.make(replicated))
  await tale.start('trading')
  await tale.start('alpha')
  await tale.settle()
  for (const victim of VICTIMS) {
    for (let quote = 0; quote < 4; quote++) await tale.quote()
    // Several at once, so that something is on its way whenever it dies.
    for (let quote = 0; quote < 3; quote++) await tale.publish()
    await wait(random.nextInt(30))
    await tale.kill(victim)
    await tale.settle()
  }
  for (let quote = 0; quote < 4; quote++) await tale.quote()
  const [trading, alpha] = await tale.end()
  const told = `seed ${seed}`
  expect(unheard(alpha, trading, isForAccount), told).toEqual([])
  expect(unheard(trading, alpha, isForAlpha), told).toEqual([])
  expect(undecided(trading), told).toEqual([])
  const ids = trading.commands.map(({ client_order_id }) => client_order_id)
  expect(new Set(ids).size, told).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(20)
  for (const node of ['trading', 'alpha']) {
    expect((await tale.place.copied(node)).equals(await tale.place.written(node)), told).toBe(true)
    const verified = tale.place.cli(['verify', `apart/${node}`, '--json'])
    expect(JSON.parse(verified.stdout), told).toMatchObject({ is_equal: true })
  }
})

test('[N15] nodes that are started while their server is away say so, and trade when it is back', {
  timeout: 60_000,
}, async () => {
  const place = await ApartPlace.make(replicated)
  await place.server.kill9()
  const nodes = ['trading', 'alpha'].map((name) => ApartNode.begin(place, 'apart', name))
  for (const node of nodes) await node.said(/\[bus\.awaited\]/)
  await place.server.restart()
  for (const node of nodes) await node.said(/are connected/)
  await settled(nodes)
  for (let quote = 0; quote < 4; quote++) {
    await place.publish(quote)
    await settled(nodes)
  }
  for (const node of nodes.toReversed()) expect(await node.stop()).toBe(0)
  const { commands } = await storyOf(join(place.folder, 'runs/apart/trading'), 'trading')
  expect(commands.length).toBeGreaterThan(0)
})

/** The two nodes, one of which dies now and then, and comes back. */
class Tale {
  readonly place: ApartPlace
  readonly #nodes = new Map<string, ApartNode>()
  #published = 0

  constructor(place: ApartPlace) {
    this.place = place
  }

  async start(name: string): Promise<void> {
    this.#nodes.set(name, await ApartNode.start(this.place, 'apart', name))
  }

  async publish(): Promise<void> {
    await this.place.publish(this.#published++)
  }

  async settle(): Promise<void> {
    await settled([...this.#nodes.values()])
  }

  async quote(): Promise<void> {
    await this.publish()
    await this.settle()
  }

  async kill(victim: (typeof VICTIMS)[number]): Promise<void> {
    if (victim === 'server') {
      await this.place.server.kill9()
      await this.place.server.restart()
      return
    }
    await must(this.#nodes.get(victim), 'the node runs').kill9()
    await this.start(victim)
  }

  async end(): Promise<[trading: NodeStory, alpha: NodeStory]> {
    const [trading, alpha] = ['trading', 'alpha'].map((name) => must(this.#nodes.get(name), 'it runs'))
    expect(await trading?.stop()).toBe(0)
    // It hears what became of its orders at the other's end; nobody hears of its own.
    await settled([must(alpha, 'it runs')])
    expect(await alpha?.stop()).toBe(0)
    const story = (name: string) => storyOf(join(this.place.folder, 'runs/apart', name), name)
    return [await story('trading'), await story('alpha')]
  }
}

function isForAccount(payload: NodePayload): boolean {
  return payload.type !== 'strategy_state_changed' || payload.state !== 'stopped'
}

function isForAlpha(payload: NodePayload): boolean {
  if (payload.type === 'order_approved') return false
  if (payload.type === 'signal') return true
  return (APART as readonly string[]).includes(payload.strategy_id)
}
