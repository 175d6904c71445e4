// The groups of an account, by member.

import type { CanonicalReader } from '../../engine/canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { must } from '../../schemas/assert.ts'
import type { LedgerGroup } from '../../schemas/ledger-section.ts'
import type { GroupType } from '../../schemas/messages/order-terms.ts'
import type { HoldingChange } from './holding-change.ts'
import {
  type Growth,
  groupOfLedger,
  ledgerGroup,
  loadGroup,
  type Member,
  newMember,
  type OrderGroup,
  saveGroup,
} from './order-group.ts'

export class OrderGroups {
  readonly #byMember = new Map<string, OrderGroup>()
  /** In the order in which they were founded, which a restored node has, too. */
  readonly #founded = new Set<OrderGroup>()
  /** Orders that others grow with, or grew: most trades are of none, and look through no groups. */
  readonly #parents = new Set<string>()
  readonly #onChange: (change: HoldingChange) => void
  readonly #termsHold: boolean

  /**
   * @param onChange hears of each change, but for what is loaded or folded in.
   * @param terms_hold whether groups go by their founding, and not by the oldest of those that are left in them, and know
   *   what those that have ended had traded (schemas/behaviour.ts).
   */
  constructor(onChange: (change: HoldingChange) => void, terms_hold: boolean) {
    this.#onChange = onChange
    this.#termsHold = terms_hold
  }

  get size(): number {
    return this.#byMember.size
  }

  /** Each group once, oldest first. */
  all(): OrderGroup[] {
    return [...(this.#termsHold ? this.#founded : new Set(this.#byMember.values()))]
  }

  /** The follower names the group by any member of it; the first pair founds it. */
  join(
    strategy_id: string,
    leader: number,
    follower: number,
    type: Exclude<GroupType, ''>,
    quantity_max_units: number,
  ): void {
    const group = this.of(strategy_id, leader) ?? { type, members: [], ended_units: 0 }
    group.type = type
    if (group.members.length === 0) group.members.push(newMember(strategy_id, leader))
    group.members.push({ ...newMember(strategy_id, follower), quantity_max_units })
    this.#put(group)
    this.note(group)
  }

  /** The order, for so much now, grows with its parent from here on. */
  grow(strategy_id: string, counter: number, growth: Growth, quantity_max_units: number): void {
    const group = this.of(strategy_id, counter) ?? {
      type: '',
      members: [newMember(strategy_id, counter)],
      ended_units: 0,
    }
    for (const member of group.members) {
      if (member.counter === counter) Object.assign(member, growth, { quantity_max_units })
    }
    this.#put(group)
    this.note(group)
  }

  /** Those that grow with the order. */
  growingWith(strategy_id: string, parent_counter: number): Member[] {
    const parent = `${strategy_id}/${parent_counter}`
    if (!this.#parents.has(parent)) return []
    const growing = this.members().filter(
      (member) => member.strategy_id === strategy_id && member.parent_counter === parent_counter,
    )
    if (growing.length === 0) this.#parents.delete(parent)
    return growing
  }

  /** Every member, group by group. */
  members(): Member[] {
    return this.all().flatMap(({ members }) => members)
  }

  change(member: Member, change: Partial<Member>): void {
    Object.assign(member, change)
    const group = this.of(member.strategy_id, member.counter)
    if (group !== undefined) this.note(group)
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

  /** What a member may trade, or has, is otherwise than before. */
  note(group: OrderGroup): void {
    this.#onChange({ change: 'group', group })
  }

  /** An order has ended: it leaves its group. */
  leave(strategy_id: string, counter: number): void {
    if (this.#remove(strategy_id, counter)) this.#onChange({ change: 'left', strategy_id, counter })
  }

  /** An order was never of its group; the one it founded that with is alone again, as it was. */
  withdraw(strategy_id: string, counter: number): void {
    const group = this.of(strategy_id, counter)
    this.leave(strategy_id, counter)
    const [last, another] = group?.members ?? []
    if (group === undefined || last === undefined || another !== undefined) return
    if (group.ended_units !== 0 || last.is_leaving) return
    if (last.whole_units === 0) return this.leave(strategy_id, last.counter)
    group.type = ''
    this.note(group)
  }

  foldChange(change: HoldingChange): void {
    if (change.change === 'left') this.#remove(change.strategy_id, change.counter)
    else if (change.change === 'group') this.#take(change.group)
  }

  save(writer: CanonicalWriter): void {
    const groups = this.all()
    writer.count(groups.length)
    for (const group of groups) {
      saveGroup(writer, group)
      writer.number(group.ended_units)
    }
  }

  load(reader: CanonicalReader): void {
    for (let groups = reader.count(); groups > 0; groups--)
      this.#put({ ...loadGroup(reader), ended_units: reader.number() })
  }

  saveLedger(): LedgerGroup[] {
    return this.all().map(ledgerGroup)
  }

  loadLedger(groups: readonly LedgerGroup[]): void {
    for (const group of groups) this.#put(groupOfLedger(group))
  }

  /** The group as it is now, which may have been here before. */
  #take(group: OrderGroup): void {
    const { members, type } = group
    const known = members.map(({ strategy_id, counter }) => this.of(strategy_id, counter))
    const before = known.find((one) => one !== undefined)
    if (before === undefined) return this.#put(group)
    before.type = type
    before.members.splice(0, before.members.length, ...members)
    this.#put(before)
  }

  #put(group: OrderGroup): void {
    this.#founded.add(group)
    for (const { strategy_id, counter, parent_counter } of group.members) {
      this.#byMember.set(`${strategy_id}/${counter}`, group)
      if (parent_counter !== 0) this.#parents.add(`${strategy_id}/${parent_counter}`)
    }
  }

  #remove(strategy_id: string, counter: number): boolean {
    const group = this.of(strategy_id, counter)
    if (group === undefined) return false
    this.#byMember.delete(`${strategy_id}/${counter}`)
    const place = group.members.findIndex((member) => member.counter === counter)
    const [member] = group.members.splice(place, 1)
    if (this.#termsHold) group.ended_units += must(member, 'a group has its members').told_units
    if (group.members.length === 0) this.#founded.delete(group)
    return true
  }
}
