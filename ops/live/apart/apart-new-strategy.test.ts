// A strategy is added to a session that runs: its own node is started with it first, and the node of its account later.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ApartNode, ApartPlace, settled } from './apart-session.test-support.ts'

test('[M5] a strategy that traded before the node of its account knew it is let through once that one does', {
  timeout: 60_000,
}, async () => {
  const place = await ApartPlace.make()
  const path = join(place.folder, 'apart.yaml')
  const whole = await readFile(path, 'utf8')
  await writeFile(path, whole.replace(/ {2}- { id: market,.*\n/, '').replace('[market, ', '['))
  const before = await ApartNode.start(place, 'apart', 'trading')
  await writeFile(path, whole)
  const alpha = await ApartNode.start(place, 'apart', 'alpha')
  await before.until(({ messages }) => (messages?.heard ?? 0) >= 6)
  await settled([before, alpha])
  expect(await before.stop()).toBe(0)
  const trading = await ApartNode.start(place, 'apart', 'trading')
  for (let quote = 0; quote < 6; quote++) {
    await settled([trading, alpha])
    await place.publish(quote)
  }
  await settled([trading, alpha])
  const orders = await place.stored('ORDER', 'apart')
  expect(orders.filter(({ payload }) => payload.strategy_id === 'market').length).toBeGreaterThan(0)
  for (const node of [trading, alpha]) expect(await node.stop()).toBe(0)
})
