import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientOrderId, ENGINE_COUNTER_BASE, parseClientOrderId } from './ids.ts'

const token = fc.constantFrom('a', 'b', 'a-1', 's0')
const counter = fc.oneof(
  fc.nat(),
  fc.nat().map((request) => ENGINE_COUNTER_BASE + request),
)

test('an id is made of its parts alone, whichever was made before, and tells strategy and counter', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(token, fc.nat(12), token, counter)), (orders) => {
      for (const [session, epoch, strategy, count] of orders) {
        const id = clientOrderId(session.slice(0, 1), epoch, strategy, count)
        const shown = count < ENGINE_COUNTER_BASE ? `${count}` : `c${count - ENGINE_COUNTER_BASE}`
        expect(id).toBe(`${session.slice(0, 1)}-${epoch}-${strategy}-${shown}`)
        expect(parseClientOrderId(id)).toEqual({ strategy_id: strategy, counter: count })
      }
    }),
  )
  expect(() => clientOrderId('s'.repeat(20), 1, 'strategy-01', 7)).toThrow('at most 32 characters')
})
