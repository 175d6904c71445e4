// Orders of every shape, told from the recorded live session: its journal is the same on every machine.

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFileJournal, type ReadableJournal } from '../../adapters/journal-file/file-journal.ts'
import { whyOrder } from './why-order.ts'
import { whyText } from './why-text.ts'
import { told } from './why-told.test-support.ts'

const LIVE = fileURLToPath(new URL('../../sim/histories/behaviour-2/live/journal', import.meta.url))

let directory = ''
let journal: ReadableJournal
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'orrery-why-shapes-'))
  cpSync(LIVE, directory, { recursive: true })
  journal = await openFileJournal({ directory })
})
afterAll(async () => {
  await journal.close()
  rmSync(directory, { recursive: true })
})

const SENT = ['effect new_order_single', 'input send_outcome', 'fact order.pending_new']
const FILLED = ['input venue_report', 'fact order.accepted', 'input venue_report', 'fact order.filled']
const DECIDED = ['input quote', 'decision onQuote']
const TRIGGERED = ['input quote', 'fact order.triggered', 'gate ']

test('a replaced and cancelled order is told with each request, whichever of its ids it is named by', async () => {
  const { order, client_order_ids, steps, text } = await story('main/s/2')
  expect({ order, client_order_ids }).toEqual({
    order: { account_id: 'main', strategy_id: 's', counter: 2 },
    client_order_ids: ['live-1-s-2', 'live-1-s-4', 'live-1-s-6'],
  })
  expect(steps.filter((step) => step.startsWith('effect') || step.startsWith('gate'))).toEqual([
    'gate ',
    'effect new_order_single',
    'gate ',
    'effect order_cancel_replace_request',
    'effect order_cancel_request',
  ])
  expect(steps.at(-1)).toBe('fact order.canceled')
  expect(text).toMatch(/asked {8}buy 1000 at \d\.\d{5} EURUSD\.gen limit gtc\n/)
  expect(text).toMatch(/asked {8}replace it by 2000 at \d\.\d{5}, as 4\n/)
  expect(text).toMatch(/asked {8}cancel it, as 6\n/)
  for (const name of ['main/s/4', 'main/s/6', 'live-1-s-4']) expect((await story(name)).steps).toEqual(steps)
})

test('a trailing order that the engine holds is told from its distance to the quote that triggered it', async () => {
  const { steps, text } = await story('main/s/5')
  expect(steps).toEqual([...DECIDED, 'fact order.held', ...TRIGGERED, ...SENT, ...FILLED])
  expect(text).toMatch(/asked {8}sell 1000 EURUSD\.gen trailing_stop gtc, trailing 0\.00002 behind\n/)
})

test('a linked order is told with its parent and its group, held until the parent trades', async () => {
  const { steps, text } = await story('main/s/9')
  expect(steps.slice(0, 5)).toEqual([...DECIDED, 'fact order.held', 'input venue_report', 'fact order.held'])
  expect(text).toMatch(
    /asked {8}sell 1000 EURUSD\.gen stop gtc, triggered at .*, once 7 has traded, in one group with 8 \(oco\)\n/,
  )
  expect(text).toMatch(/venue_report trade live-1-s-7: 1000 at /)
  const ends = [steps.at(-1), (await story('main/s/8')).steps.at(-1)]
  expect(ends.sort()).toEqual(['fact order.canceled', 'fact order.filled'])
})

test('an intent that was denied is told with what was asked for and the check that refused it', async () => {
  const { client_order_ids, steps, text } = await story('main/s/10')
  expect({ client_order_ids, steps }).toEqual({
    client_order_ids: [],
    steps: [...DECIDED, 'gate order_quantity_max', 'denied order_quantity_max'],
  })
  expect(text).toMatch(/^main\/s\/10 of live: never sent\n/)
  expect(text).toMatch(
    /asked {8}buy 50000 EURUSD\.gen market ioc\n(.*\n)*.*✗ {2}order_quantity_max +50000 +against 10000\n/,
  )
})

test('a held order that is cancelled was never sent, and is told to its end', async () => {
  const { steps } = await story('main/s/11')
  expect(steps).toEqual([...DECIDED, 'fact order.held', ...DECIDED, 'fact order.canceled'])
})

async function story(name: string) {
  const chain = await whyOrder(journal, directory, name)
  expect(chain.difference).toBeNull()
  return {
    ...chain,
    steps: chain.events.map((event) => `${event.kind} ${told(event)}`),
    text: whyText(chain),
  }
}
