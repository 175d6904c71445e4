import { expect, test } from 'vitest'
import { ApartNode, ApartPlace, settled } from './apart-session.test-support.ts'

const QUOTES = 5

test('[R14] [N16] the tapes of a trading node and of a strategy node go over streams of their own to one recorder', {
  timeout: 60_000,
}, async () => {
  const place = await ApartPlace.make((text) => text.replace('record: false', 'recorder: bus'))
  const nodes = [
    await ApartNode.start(place, 'apart', 'trading'),
    await ApartNode.start(place, 'apart', 'alpha'),
  ]
  for (let quote = 0; quote < QUOTES; quote++) await place.publish(quote)
  for (const node of nodes)
    await node.until(({ feeds }) => feeds.every(({ counts }) => counts['rows'] === QUOTES))
  await settled(nodes)
  for (const node of nodes.toReversed()) expect(await node.stop()).toBe(0)
  const recorded = JSON.parse(place.cli(['recorder', 'apart.yaml', '--once', '--json']).stdout)
  expect(recorded).toMatchObject({ rows: 2 * QUOTES, repeated: 0, missing: 0, refused: 0 })
})
