import { expect, test } from 'vitest'
import { CanonicalReader } from '../../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../../engine/canonical/canonical-writer.ts'
import type { Ending } from './finished-ids.ts'
import { OrderRegister } from './order-register.ts'

const IDS = ['a', 'b', 'c', 'd', 'e']

function endings(register: OrderRegister): (Ending | undefined)[] {
  return IDS.map((id) => register.endingOf(id))
}

function copyOf(register: OrderRegister): OrderRegister {
  const writer = new CanonicalWriter()
  register.save(writer)
  const copy = new OrderRegister(2)
  copy.load(new CanonicalReader(writer.copy()))
  return copy
}

test('finished orders are forgotten a generation at a time, oldest first, before and after a snapshot', () => {
  const register = new OrderRegister(2)
  for (const id of ['a', 'b', 'c', 'd']) register.end(id, id === 'c' ? 'order_replaced' : 'order_terminal')
  const kept = ['order_terminal', 'order_terminal', 'order_replaced', 'order_terminal', undefined]
  expect(endings(register)).toEqual(kept)
  const copy = copyOf(register)
  expect(endings(copy)).toEqual(kept)
  for (const each of [register, copy]) {
    each.end('e', 'order_terminal')
    expect(endings(each)).toEqual([
      undefined,
      undefined,
      'order_replaced',
      'order_terminal',
      'order_terminal',
    ])
    expect(each.knows('a')).toBe(false)
    expect(each.knows('c')).toBe(true)
  }
})
