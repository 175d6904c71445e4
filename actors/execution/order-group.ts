// Orders of one group: one cancels the others, or updates them. A group keeps what each member may still trade; what a
// member's venue has not been told yet is owed, and told as soon as the venue can hear it.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { LedgerGroup } from '../../schemas/ledger-section.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'

export type Member = {
  readonly strategy_id: string
  readonly counter: number
  /** What its total may be at most; Infinity until a trade of another member has lowered it. */
  quantity_max_units: number
  /** What it has traded, as far as the others were told. */
  told_units: number
}

export type OrderGroup = {
  readonly type: Exclude<GroupType, ''>
  readonly members: Member[]
}

export function saveGroup(writer: CanonicalWriter, { type, members }: OrderGroup): void {
  writer.text(type)
  writer.count(members.length)
  for (const { strategy_id, counter, quantity_max_units, told_units } of members) {
    writer.text(strategy_id)
    writer.number(counter)
    writer.number(quantity_max_units)
    writer.number(told_units)
  }
}

export function loadGroup(reader: CanonicalReader): OrderGroup {
  const group: OrderGroup = { type: reader.text() as OrderGroup['type'], members: [] }
  for (let count = reader.count(); count > 0; count--) {
    group.members.push({
      strategy_id: reader.text(),
      counter: reader.number(),
      quantity_max_units: reader.number(),
      told_units: reader.number(),
    })
  }
  return group
}

export function ledgerGroup({ type, members }: OrderGroup): LedgerGroup {
  return {
    type,
    members: members.map(({ quantity_max_units, ...member }) =>
      quantity_max_units === Number.POSITIVE_INFINITY ? member : { ...member, quantity_max_units },
    ),
  }
}

export function groupOfLedger({ type, members }: LedgerGroup): OrderGroup {
  return {
    type: type as OrderGroup['type'],
    members: members.map((member) => ({ quantity_max_units: Number.POSITIVE_INFINITY, ...member })),
  }
}
