// Orders of one group: one cancels the others, or updates them. A group keeps what each member may still trade; what a
// member's venue has not been told yet is owed, and told as soon as the venue can hear it. An order that grows with its
// parent is a member, too, of a group of its own where it names no other.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { LedgerGroup } from '../../schemas/ledger-section.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'

export type Member = {
  readonly strategy_id: string
  readonly counter: number
  /** What its total may be at most; Infinity until a trade of another member, or of its parent, has bounded it. */
  quantity_max_units: number
  /** What it has traded, as far as the others were told. */
  told_units: number
  /** The group ends it: until the venue has, its trades count, and its end concerns nobody. */
  is_leaving: boolean
  /** The order it grows with, while that one may trade; 0: none. */
  parent_counter: number
  /** What that one was for when this order was asked for, or changed (./share-units.ts). */
  parent_units: number
  /** What it grows to; 0: it does not. */
  whole_units: number
  granted_units: number
}

export type Growth = Pick<Member, 'parent_counter' | 'parent_units' | 'whole_units' | 'granted_units'>

/** What an order has traded, and of how much its venue knows. */
export type Traded = { readonly cum_quantity_units: number; readonly order_quantity_units: number }

export type OrderGroup = {
  /** '' where one order is alone: it grows with its parent. */
  type: GroupType
  readonly members: Member[]
  /** What those that have ended had traded, as far as the others were told. */
  ended_units: number
}

export function newMember(strategy_id: string, counter: number): Member {
  return {
    ...{ strategy_id, counter, quantity_max_units: Number.POSITIVE_INFINITY, told_units: 0 },
    ...{ is_leaving: false, parent_counter: 0, parent_units: 0, whole_units: 0, granted_units: 0 },
  }
}

/**
 * Whether an order has traded all that its venue knew of, and is to grow to more: that may come too late. Until the venue
 * has said so, and from then on, the others of its group cover it.
 */
export function isOutrun(
  { whole_units, quantity_max_units, is_leaving }: Member,
  { cum_quantity_units, order_quantity_units }: Traded,
): boolean {
  if (whole_units === 0 || is_leaving) return false
  return cum_quantity_units >= order_quantity_units && cum_quantity_units < quantity_max_units
}

/** What the member is for: of one that grows its venue has perhaps not heard all. */
export function memberUnits({ quantity_max_units: max, whole_units }: Member, total_units: number): number {
  return whole_units !== 0 ? max : Math.min(max, total_units)
}

/**
 * What becomes of a member that has all it grows to, and whose venue knows: it is for what its strategy makes of it from here
 * on, but what others of its group took from it stays taken. Undefined while it still grows, and where it does not.
 */
export function grown(member: Member, total_units: number): Partial<Member> | undefined {
  const { parent_counter, whole_units, granted_units, quantity_max_units: max } = member
  if (parent_counter !== 0 || whole_units === 0 || total_units !== max) return undefined
  return { whole_units: 0, quantity_max_units: max === granted_units ? Number.POSITIVE_INFINITY : max }
}

/** As effect records hold it: who has ended is a record of its own, and what that one had traded is known by then. */
export function saveGroup(writer: CanonicalWriter, { type, members }: OrderGroup): void {
  writer.text(type)
  writer.count(members.length)
  for (const member of members) {
    writer.text(member.strategy_id)
    writer.number(member.counter)
    writer.number(member.quantity_max_units)
    writer.number(member.told_units)
    writer.flag(member.is_leaving)
    writer.number(member.parent_counter)
    writer.number(member.parent_units)
    writer.number(member.whole_units)
    writer.number(member.granted_units)
  }
}

export function loadGroup(reader: CanonicalReader): OrderGroup {
  const group: OrderGroup = { type: reader.text() as GroupType, members: [], ended_units: 0 }
  for (let count = reader.count(); count > 0; count--) {
    group.members.push({
      strategy_id: reader.text(),
      counter: reader.number(),
      quantity_max_units: reader.number(),
      told_units: reader.number(),
      is_leaving: reader.flag(),
      parent_counter: reader.number(),
      parent_units: reader.number(),
      whole_units: reader.number(),
      granted_units: reader.number(),
    })
  }
  return group
}

export function ledgerGroup({ type, members, ended_units }: OrderGroup): LedgerGroup {
  return {
    type,
    ...(ended_units > 0 && { ended_units }),
    members: members.map(({ quantity_max_units, ...member }) =>
      quantity_max_units === Number.POSITIVE_INFINITY ? member : { ...member, quantity_max_units },
    ),
  }
}

export function groupOfLedger({ type, members, ended_units = 0 }: LedgerGroup): OrderGroup {
  return {
    type: type as GroupType,
    ended_units,
    members: members.map((member) => ({ quantity_max_units: Number.POSITIVE_INFINITY, ...member })),
  }
}
