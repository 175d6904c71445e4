import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CounterMap } from './counter-map.ts'

test('a counter map answers as a Map does, whatever is put in and taken out', () => {
  const command = fc.tuple(fc.boolean(), fc.oneof(fc.nat(300), fc.nat(2 ** 31), fc.nat({ max: 2 ** 40 })))
  fc.assert(
    fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
      const map = new CounterMap<{ counter: number }>()
      const model = new Map<number, { counter: number }>()
      for (const [isSet, counter] of commands) {
        const value = { counter }
        const isThere = model.has(counter)
        expect(isSet ? map.set(counter, value) : map.delete(counter)).toBe(isSet ? !isThere : isThere)
        if (isSet) model.set(counter, value)
        else model.delete(counter)
        expect(map.size).toBe(model.size)
        for (const [, known] of commands) expect(map.get(known)).toBe(model.get(known))
      }
      expect(map.entries()).toEqual([...model].sort(([a], [b]) => a - b))
      map.clear()
      expect([map.size, map.entries()]).toEqual([0, []])
    }),
  )
})
