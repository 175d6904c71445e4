import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OrderName, OwnerTable } from './owner-table.ts'

test('a table by names answers as a Map of their texts does, and lists them in their order', () => {
  const name = fc.record({
    account_id: fc.constantFrom('a', 'b'),
    strategy_id: fc.constantFrom('s', 't', 'a'),
    counter: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), name), { maxLength: 200 }), (commands) => {
      const table = new OwnerTable<{ name: OrderName }>()
      const model = new Map<string, { name: OrderName }>()
      for (const [isSet, key] of commands) {
        const value = { name: key }
        if (isSet) table.set(key, value)
        else table.delete(key)
        if (isSet) model.set(textOf(key), value)
        else model.delete(textOf(key))
        expect([table.size, table.get({ ...key })]).toEqual([model.size, model.get(textOf(key))])
      }
      const known = [...model.values()].map((value) => [value.name, value] as const)
      expect(table.entries()).toEqual(known.sort(([a], [b]) => (textOf(a) < textOf(b) ? -1 : 1)))
      table.clear()
      expect([table.size, table.entries()]).toEqual([0, []])
    }),
  )
})

function textOf({ account_id, strategy_id, counter }: OrderName): string {
  return `${account_id}/${strategy_id}/${String(counter).padStart(2, '0')}`
}
