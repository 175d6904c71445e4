import { expect, test } from 'vitest'
import { ORDER_TYPES } from './messages/order.ts'
import { placeOf } from './place-of.ts'

test('a name is found where the platform finds it, also when it is another object', () => {
  for (const name of ORDER_TYPES) {
    expect(placeOf(ORDER_TYPES, name)).toBe(ORDER_TYPES.indexOf(name))
    expect(placeOf<string>(ORDER_TYPES, [...name].join(''))).toBe(ORDER_TYPES.indexOf(name))
  }
  expect(placeOf<string>(ORDER_TYPES, 'iceberg')).toBe(-1)
  expect(placeOf(['a', 'b', 'a'], 'a')).toBe(0)
})
