import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import { type Ending, FinishedIds } from './finished-ids.ts'

/** What a snapshot had of a generation before it was kept as bytes. */
function snapshotOf(endings: ReadonlyMap<string, Ending>): Uint8Array {
  const writer = new CanonicalWriter()
  writer.count(endings.size)
  for (const [id, ending] of endings) {
    writer.text(id)
    writer.flag(ending === 'order_replaced')
  }
  return writer.copy()
}

function saved(ids: FinishedIds): Uint8Array {
  const writer = new CanonicalWriter()
  ids.save(writer)
  return writer.copy()
}

test('finished ids answer and are saved as a Map of them is, also where ids end alike, and after they were forgotten', () => {
  // Ids that end alike have one hash.
  const id = fc.oneof(
    fc.nat(400).map((counter) => `s-1-a-${counter}`),
    fc.nat(40).map((counter) => `${counter}-strategy-0001-7`),
    fc.string({ unit: 'grapheme', maxLength: 3 }),
  )
  const generation = fc.uniqueArray(id, { maxLength: 200 })
  fc.assert(
    fc.property(generation, generation, (former, later) => {
      const ids = new FinishedIds()
      for (const each of former) ids.add(each, 'order_terminal')
      ids.clear()
      const model = new Map<string, Ending>()
      later.forEach((each, at) => {
        model.set(each, at % 3 === 0 ? 'order_replaced' : 'order_terminal')
        ids.add(each, model.get(each) as Ending)
      })
      expect(saved(ids)).toEqual(snapshotOf(model))
      const loaded = new FinishedIds()
      loaded.load(new CanonicalReader(saved(ids)))
      for (const each of [ids, loaded]) {
        expect(each.size).toBe(model.size)
        expect([...former, ...later].map((known) => each.endingOf(known))).toEqual(
          [...former, ...later].map((known) => model.get(known)),
        )
      }
    }),
  )
})
