import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from './canonical/canonical-reader.ts'
import { CanonicalWriter } from './canonical/canonical-writer.ts'
import { TimerTable } from './timers.ts'

const command = fc.oneof(
  fc.record({
    do: fc.constant('set'),
    owner: fc.nat(2),
    id: fc.constantFrom('a', 'b', 'c'),
    at_us: fc.nat(20),
  }),
  fc.record({
    do: fc.constant('cancel'),
    owner: fc.nat(2),
    id: fc.constantFrom('a', 'b', 'c'),
    at_us: fc.nat(20),
  }),
  fc.record({ do: fc.constant('pop'), owner: fc.nat(2), id: fc.constant('a'), at_us: fc.nat(20) }),
)

test('timers fire by deadline, then by order of setting, as a sorted list would; saved and loaded at every step', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
      let table = new TimerTable()
      let model: { owner: number; id: string; at_us: number; insertion: number }[] = []
      let insertion = 0
      for (const { do: verb, owner, id, at_us } of commands) {
        if (verb === 'set') {
          table.set(owner, id, at_us)
          model = model.filter((timer) => timer.owner !== owner || timer.id !== id)
          model.push({ owner, id, at_us, insertion: insertion++ })
        } else if (verb === 'cancel') {
          table.cancel(owner, id)
          model = model.filter((timer) => timer.owner !== owner || timer.id !== id)
        } else if (model.length > 0) {
          expect(table.pop()).toEqual(model.shift())
        }
        model.sort((a, b) => a.at_us - b.at_us || a.insertion - b.insertion)
        expect(table.next_us).toBe(model[0]?.at_us ?? Number.POSITIVE_INFINITY)
        expect(table.count).toBe(model.length)
        table = reloaded(table)
      }
    }),
  )
})

test('a timer set anew a million times keeps the table small', () => {
  const table = new TimerTable()
  for (let i = 0; i < 1_000_000; i++) table.set(0, 'heartbeat', 1_000_000_000 + i)
  expect(table.count).toBe(1)
  expect(table.pop().at_us).toBe(1_000_999_999)
})

function reloaded(table: TimerTable): TimerTable {
  const writer = new CanonicalWriter()
  table.save(writer)
  const copy = new TimerTable()
  copy.load(new CanonicalReader(writer.view()))
  return copy
}
