// Orders of one group: one cancels the others, or updates them. A group keeps what each member may still trade; what a
// member's venue has not been told yet is owed, and told as soon as the venue can hear it.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'

export type Member = {
  readonly strategy_id: string
  readonly counter: number
  /** What its total may be at most; Infinity until a trade of another member has lowered it. */
  quantity_max_units: number
}

export type OrderGroup = {
  type: Exclude<GroupType, ''>
  readonly members: Member[]
}

export class OrderGroups {
  readonly #byMember = new Map<string, OrderGroup>()
  readonly #onSize: () => void

  /** @param onSize hears of each member that comes or goes, but for those of a snapshot. */
  constructor(onSize: () => void) {
    this.#onSize = onSize
  }

  get size(): number {
    return this.#byMember.size
  }

  /** The follower names the group by any member of it; the first pair founds it. */
  join(strategy_id: string, leader: number, follower: number, type: Exclude<GroupType, ''>): void {
    const group = this.of(strategy_id, leader) ?? { type, members: [] }
    if (group.members.length === 0) this.#add(group, strategy_id, leader)
    this.#add(group, strategy_id, follower)
    this.#onSize()
  }

  of(strategy_id: string, counter: number): OrderGroup | undefined {
    return this.#byMember.get(`${strategy_id}/${counter}`)
  }

  member(strategy_id: string, counter: number): Member | undefined {
    return this.of(strategy_id, counter)?.members.find((member) => member.counter === counter)
  }

  /** The other members, which stay in the group. */
  others(strategy_id: string, counter: number): Member[] {
    return this.of(strategy_id, counter)?.members.filter((member) => member.counter !== counter) ?? []
  }

  /** An order has ended: it leaves its group. */
  leave(strategy_id: string, counter: number): void {
    const group = this.of(strategy_id, counter)
    if (group === undefined) return
    this.#byMember.delete(`${strategy_id}/${counter}`)
    const place = group.members.findIndex((member) => member.counter === counter)
    group.members.splice(place, 1)
    this.#onSize()
  }

  save(writer: CanonicalWriter): void {
    const groups = [...new Set(this.#byMember.values())]
    writer.count(groups.length)
    for (const { type, members } of groups) {
      writer.text(type)
      writer.count(members.length)
      for (const { strategy_id, counter, quantity_max_units } of members) {
        writer.text(strategy_id)
        writer.number(counter)
        writer.number(quantity_max_units)
      }
    }
  }

  load(reader: CanonicalReader): void {
    for (let groups = reader.count(); groups > 0; groups--) {
      const group: OrderGroup = { type: reader.text() as OrderGroup['type'], members: [] }
      for (let count = reader.count(); count > 0; count--) {
        this.#add(group, reader.text(), reader.number(), reader.number())
      }
    }
  }

  #add(
    group: OrderGroup,
    strategy_id: string,
    counter: number,
    quantity_max_units = Number.POSITIVE_INFINITY,
  ): void {
    group.members.push({ strategy_id, counter, quantity_max_units })
    this.#byMember.set(`${strategy_id}/${counter}`, group)
  }
}
