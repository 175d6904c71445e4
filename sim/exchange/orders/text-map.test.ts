import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TextMap } from './text-map.ts'

test('a text map answers as a Map does, whatever is put in and taken out', () => {
  // Ids that end alike share a place.
  const id = fc.oneof(
    fc.nat(200).map((counter) => `s-1-a-${counter}`),
    fc.nat(20).map((counter) => `${counter}-strategy-0001-7`),
    fc.string({ maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), id), { maxLength: 400 }), (commands) => {
      const map = new TextMap<number>()
      const model = new Map<string, number>()
      commands.forEach(([isSet, key], value) => {
        if (isSet) map.set(key, value)
        else map.delete(key)
        if (isSet) model.set(key, value)
        else model.delete(key)
        expect(map.size).toBe(model.size)
        for (const [, known] of commands) expect(map.get(known)).toBe(model.get(known))
      })
    }),
  )
})
