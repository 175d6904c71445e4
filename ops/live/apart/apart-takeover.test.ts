import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { NodePayload } from '../../../schemas/messages/node-message.ts'
import { judgedTakeover } from '../kill/kill-judge.test-support.ts'
import { startExchange } from '../kill/surroundings.test-support.ts'
import { APART, apartText } from './apart-config.test-support.ts'
import { type NodeStory, storyOf, undecided } from './apart-journals.test-support.ts'
import { ApartNode, ApartPlace, STANDBY_RUNS } from './apart-session.test-support.ts'

/** So slow that what the nodes say is heard at once on a busy machine, too. */
const ROWS_PER_S = 10

test('[N17] [N18] [N19] a trading node killed in the midst of its talk is taken over by its standby, and the strategy node goes on', {
  timeout: 120_000,
}, async () => {
  const exchange = await ownExchange()
  const place = await ApartPlace.make((text) => replicated(text, exchange.url))
  const leader = await ApartNode.start(place, 'apart', 'trading')
  const [alpha, first] = await Promise.all([
    ApartNode.start(place, 'apart', 'alpha'),
    ApartNode.standBy(place, 'apart', 'trading'),
  ])
  // One that stands by is looked at and stopped like a session that runs.
  const stood = `${STANDBY_RUNS}/apart/trading`
  expect(JSON.parse(place.cli(['status', stood, '--json']).stdout).error.code).toBe('session.standing_by')
  expect(JSON.parse(place.cli(['stop', stood, '--json']).stdout)).toEqual({
    was_running: true,
    was: 'standing_by',
  })
  expect(await first.exit()).toBe(0)
  const standby = await ApartNode.standBy(place, 'apart', 'trading')
  await alpha.said(/filled/)
  await leader.kill9()
  await standby.said(/are connected/)
  // An order that it asked for after the takeover: its id has the successor's epoch.
  await alpha.said(/filled .*apart-2-/)
  expect(await alpha.stop()).toBe(0)
  expect(await standby.stop()).toBe(0)
  await exchange.stop()
  const taken = join(place.folder, STANDBY_RUNS, 'apart/trading')
  expect(await judgedTakeover(taken, exchange.ledger)).toBeUndefined()
  const trading = await storyOf(taken, 'trading')
  const asking = await storyOf(join(place.folder, 'runs/apart/alpha'), 'alpha')
  expect(undecided(trading)).toEqual([])
  const lives = new Set<string>()
  for (const strategy of APART) {
    // What was said last may still have been under way at the end; of what was said before nothing is missing.
    const asked = wordsOf(strategy, asking, trading, ({ type }) => type.endsWith('_intent'))
    expect(asked.heard).toEqual(asked.said.slice(0, asked.heard.length))
    const told = wordsOf(strategy, trading, asking, ({ type }) => type.startsWith('order.'))
    expect(told.heard).toEqual(told.said.slice(0, told.heard.length))
    for (const id of told.heard) lives.add(id.split('.', 2).join('.'))
  }
  expect([...lives].sort()).toEqual(['trading.1', 'trading.2'])
  for (const session of ['apart/alpha', `${STANDBY_RUNS}/apart/trading`])
    expect(JSON.parse(place.cli(['verify', session, '--json']).stdout)).toMatchObject({ is_equal: true })
})

/** What one node said of a strategy, and what the other heard of that, by message ids in their order. */
function wordsOf(
  strategy: string,
  { said }: NodeStory,
  { heard }: NodeStory,
  isWord: (payload: NodePayload) => boolean,
) {
  const isAbout = (payload: NodePayload) =>
    isWord(payload) && 'strategy_id' in payload && payload.strategy_id === strategy
  return {
    said: [...said].flatMap(([id, payload]) => (isAbout(payload) ? [id] : [])),
    // What a crash kept from the records was said all the same: a re-run says it.
    heard: heard
      .filter(({ message_id, payload }) => isAbout(payload) && said.has(message_id))
      .map(({ message_id }) => String(message_id)),
  }
}

function replicated(text: string, exchange: string): string {
  return text
    .replace('\nbus:', '\ndurability: replicated\nbus:')
    .replace('kind: bus', 'kind: exchange')
    .replace('live:\n', `live:\n  exchange: ${exchange}\n`)
}

/** In a process of its own, with a market of its own. */
async function ownExchange() {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-apart-exchange-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const bus = { url: 'nats://127.0.0.1:1', credentials: folder }
  const text = replicated(apartText('apart', bus, true), 'tcp://127.0.0.1:1')
  await writeFile(join(folder, 'exchange.yaml'), text)
  const { child, url } = await startExchange(folder, '127.0.0.1:0', ROWS_PER_S)
  onTestFinished(() => void child.kill('SIGKILL'))
  const stop = async () => {
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
  }
  return { url, ledger: join(folder, 'runs/exchange-kill'), stop }
}
