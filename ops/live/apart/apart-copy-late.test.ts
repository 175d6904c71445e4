// What a node says while the copy of its journal is late would be unknown to whoever goes on from the copy.

import { expect, test } from 'vitest'
import { ApartNode, ApartPlace, settled } from './apart-session.test-support.ts'

test('[C3] [M9] while the copy of its journal is late a node says nothing to others, and then all of it', {
  timeout: 60_000,
}, async () => {
  const place = await ApartPlace.make((text) => text.replace('\nbus:', '\ndurability: replicated\nbus:'))
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const alpha = await ApartNode.start(place, 'apart', 'alpha')
  const nodes = [trading, alpha]
  let quotes = 0
  const quote = () => place.publish(quotes++)
  const heldBy = async () => (await trading.status()).messages?.unpublished ?? 0
  while (quotes < 4) {
    await quote()
    await settled(nodes)
  }
  await place.leaveRoom('PAPER_JOURNAL', 0)
  await quote()
  await trading.said(/\[bus\.copy_behind\]/)
  const before = await said(place)
  // Intents go on coming, and are denied.
  while ((await heldBy()) < 8) await quote()
  expect(await said(place)).toEqual(before)
  await place.leaveRoom('PAPER_JOURNAL', -1)
  await trading.said(/\[bus\.copy_caught_up\]/)
  await settled(nodes)
  expect([(await said(place)).length > before.length, await heldBy()]).toEqual([true, 0])
  for (const node of nodes.toReversed()) expect(await node.stop()).toBe(0)
  for (const node of ['trading', 'alpha']) {
    expect((await place.copied(node)).equals(await place.written(node))).toBe(true)
    expect(JSON.parse(place.cli(['verify', `apart/${node}`, '--json']).stdout)).toMatchObject({
      is_equal: true,
    })
  }
})

/** What the trading node told of orders and positions, as the bus has it. */
async function said(place: ApartPlace): Promise<string[]> {
  const all = await Promise.all((['ORDER', 'STATE'] as const).map((family) => place.stored(family, 'apart')))
  return all.flat().map(({ envelope }) => envelope.message_id)
}
