import type { LedgerSection } from '../../schemas/ledger-section.ts'
import type { Control } from '../../schemas/messages/control.ts'
import type { SendOutcome, VenueCommand } from '../../schemas/messages/order.ts'
import type { EffectNodeMessage } from '../effect-record.ts'
import type { Holding } from '../holding-codec.ts'
import type { JournaledInput } from '../input-codec.ts'
import type { Node, NodeOptions } from '../node.ts'
import type { DescribeHolding } from '../run-difference.ts'

/** What differs between the node that runs and the one that is run again. */
export type NodeBinding = Pick<NodeOptions, 'epoch' | 'journal' | 'publish'> & {
  /** The one that runs is watched by people; what is run again is not news. */
  readonly role: 'live' | 'rerun'
  /** Takes what comes up outside any step: outcomes of the outbox, what ended a strategy. */
  readonly post: (input: SendOutcome | Control) => void
}

/** What of a node a changed build takes up, and how it takes in the records behind it. */
export type NodeLedger = {
  readonly save: () => LedgerSection
  /** Into the node just built. */
  readonly load: (ledger: LedgerSection) => void
  readonly fold: () => LedgerFolding
  /** A change in what the engine keeps, for people. */
  readonly describeHolding: DescribeHolding
}

export type LedgerFolding = {
  effects(
    seq: number,
    ts_seq_us: number,
    commands: readonly VenueCommand[],
    holdings: readonly Holding[],
  ): void
  /** What the same record says to other nodes. */
  said(messages: readonly EffectNodeMessage[]): void
  input(seq: number, ts_seq_us: number, input: JournaledInput): void
  /** Inputs up to `seq` that change no ledger. */
  passed(seq: number, ts_seq_us: number): void
  end(): void
}

export type BuiltNode = {
  readonly node: Node
  readonly ledger: NodeLedger
  /** The strategy, by actor index, that owns a timer; undefined for the engine's own actors. */
  readonly strategyOfActor: (index: number) => string | undefined
  /** Running strategies whose state a snapshot would leave out, and why. */
  readonly lostStates: () => readonly LostState[]
}

export type LostState = { readonly strategy_id: string; readonly reason: string }

/** Builds the session's node, wired and empty; each call gives another. */
export type NodeFactory<Built extends BuiltNode = BuiltNode> = (binding: NodeBinding) => Built
