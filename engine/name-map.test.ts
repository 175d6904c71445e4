import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NameMap } from './name-map.ts'

test('a name map says what a Map says, whatever was asked for before', () => {
  const name = fc.constantFrom('main', 'hedge', 's0', '')
  const act = fc.oneof(
    fc.record({ act: fc.constant('get' as const), name }),
    fc.record({ act: fc.constant('set' as const), name, value: fc.nat(3) }),
    fc.record({ act: fc.constant('delete' as const), name }),
    fc.record({ act: fc.constant('clear' as const) }),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.nat(3)), { maxLength: 3 }), fc.array(act), (entries, acts) => {
      const names = new NameMap(entries)
      const plain = new Map(entries)
      for (const step of acts) {
        const [ours, theirs] = [names, plain].map((map) => {
          if (step.act === 'get') return map.get(step.name)
          if (step.act === 'set') return map.set(step.name, step.value).size
          return step.act === 'delete' ? map.delete(step.name) : map.clear()
        })
        expect(ours).toBe(theirs)
      }
      expect([...names]).toEqual([...plain])
    }),
  )
})
