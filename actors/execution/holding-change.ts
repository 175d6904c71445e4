// What changed in the orders and links that are kept here, as effect records hold it for a later build.

import { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must, unreachable } from '../../schemas/assert.ts'
import type { LedgerEndedParent, LedgerTaken } from '../../schemas/ledger-section.ts'
import { type HeldOrder, loadHeld, saveHeld } from './held-order.ts'
import { loadGroup, type OrderGroup, saveGroup } from './order-group.ts'

export type HoldingChange =
  /** Kept from now on, or otherwise than before: a trail that has moved, too. */
  | { readonly change: 'held'; readonly order: HeldOrder }
  | { readonly change: 'gone'; readonly strategy_id: string; readonly counter: number }
  /** New, or otherwise than before. */
  | { readonly change: 'group'; readonly group: OrderGroup }
  | { readonly change: 'left'; readonly strategy_id: string; readonly counter: number }
  /** The parent of an order that waits has ended with so much traded. */
  | ({ readonly change: 'parent_ended' } & LedgerEndedParent)
  /** The group of an order that waits for its parent has taken so much of it. */
  | ({ readonly change: 'taken' } & LedgerTaken)

const CHANGES = [
  'held',
  'gone',
  'group',
  'left',
  'parent_ended',
  'taken',
] as const satisfies readonly HoldingChange['change'][]

export function encodeChange(change: HoldingChange): Uint8Array {
  const writer = new CanonicalWriter(256)
  writer.byte(CHANGES.indexOf(change.change))
  switch (change.change) {
    case 'held':
      saveHeld(writer, change.order)
      break
    case 'group':
      saveGroup(writer, change.group)
      break
    case 'parent_ended':
      writer.text(change.strategy_id)
      writer.number(change.counter)
      writer.number(change.traded_units)
      break
    case 'taken':
      writer.text(change.strategy_id)
      writer.number(change.counter)
      writer.number(change.taken_units)
      break
    case 'gone':
    case 'left':
      writer.text(change.strategy_id)
      writer.number(change.counter)
      break
    default:
      unreachable(change)
  }
  return writer.copy()
}

export function decodeChange(bytes: Uint8Array): HoldingChange {
  const reader = new CanonicalReader(bytes)
  const change = must(CHANGES[reader.byte()], 'a change of what is held is known')
  if (change === 'held') return { change, order: loadHeld(reader) }
  if (change === 'group') return { change, group: loadGroup(reader) }
  const key = { strategy_id: reader.text(), counter: reader.number() }
  if (change === 'parent_ended') return { change, ...key, traded_units: reader.number() }
  return change === 'taken' ? { change, ...key, taken_units: reader.number() } : { change, ...key }
}
