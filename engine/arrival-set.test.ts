import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArrivalSet } from './arrival-set.ts'

const act = fc.record({ does: fc.constantFrom('add', 'delete', 'clear'), member: fc.nat(5) })

test('whatever comes and goes, the members are those of a Set, in its order', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const set = new ArrivalSet<number>()
      const oracle = new Set<number>()
      for (const { does, member } of acts) {
        if (does === 'clear') {
          set.clear()
          oracle.clear()
        } else {
          set[does](member)
          oracle[does](member)
        }
        expect([set.members(), set.size]).toEqual([[...oracle], oracle.size])
      }
    }),
  )
})
