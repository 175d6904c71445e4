// Takes the records of an epoch that another build, strategy or configuration wrote into a node of this build and of that
// configuration: what was sent, what became of it, what the venues said, what operators ordered for accounts and
// strategies, and which of these faulted. Decisions are not made again; the strategies of the node have not started.

import type { EffectNodeMessage } from '../engine/effect-record.ts'
import type { Holding } from '../engine/holding-codec.ts'
import type { JournaledInput } from '../engine/input-codec.ts'
import { assert, must } from '../schemas/assert.ts'
import type { StrategyId } from '../schemas/ids.ts'
import type { Intent } from '../schemas/messages/intent.ts'
import type { NodePayload } from '../schemas/messages/node-message.ts'
import type { VenueCommand } from '../schemas/messages/order.ts'
import type { TradingNode } from './trading-node.ts'

export class LedgerFold {
  readonly #trading: TradingNode
  /** Of another node, the last input so far, while nothing is known of what became of it. */
  #undecided: Intent | undefined
  /** The input by which the session started, which decides on what was undecided before. */
  #startSeq = -1

  constructor(trading: TradingNode) {
    this.#trading = trading
    this.#setFolding(true)
  }

  /** One effect record: what was sent, and what changed in the orders kept here. */
  effects(
    seq: number,
    ts_seq_us: number,
    commands: readonly VenueCommand[],
    holdings: readonly Holding[],
  ): void {
    this.#undecided = undefined
    const { node, orders, gates, executions } = this.#trading
    if (seq === this.#startSeq) for (const execution of executions.values()) execution.forgetUndecided()
    node.foldStep(seq, ts_seq_us, () => {
      for (const { account_id, change } of holdings)
        must(executions.get(account_id), 'an order is of a configured account').foldChange(change)
      for (const command of commands) {
        must(gates.get(command.account_id), 'an order is of a configured account').foldCommand(command)
        must(orders.get(command.account_id), 'an order is of a configured account').foldCommand(command)
      }
    })
  }

  /** A strategy whose account is elsewhere has drawn the counters of what it asked for there, and its orders are open. */
  said(messages: readonly EffectNodeMessage[]): void {
    for (const { payload } of messages) {
      if (payload.type === 'submit_intent') {
        this.#noteDrawn(payload, payload.counter)
        this.#trading.books.get(payload.strategy_id)?.noteAsked(payload)
      } else if (payload.type === 'cancel_intent' || payload.type === 'replace_intent')
        this.#noteDrawn(payload, payload.request_counter)
    }
  }

  /** An input; market data and timers change no ledger. */
  input(seq: number, ts_seq_us: number, input: JournaledInput): void {
    this.#fold(seq, ts_seq_us, input)
    this.#undecided = input.type === 'node_message' && isIntent(input.payload) ? input.payload : undefined
  }

  #fold(seq: number, ts_seq_us: number, input: JournaledInput): void {
    const { node, orders } = this.#trading
    switch (input.type) {
      case 'timer':
      case 'feed_event':
      case 'venue_state':
      case 'messages_published':
        return this.passed(seq, ts_seq_us)
      case 'security_status':
        if (input.ends_day) this.#trading.statuses.endDay(input.instrument_index, input.ts_event_us)
        return this.passed(seq, ts_seq_us)
      case 'node_message':
        // What became of an intent is in the records behind it, of orders elsewhere in the books here; how strategies
        // elsewhere stand the gate knows.
        if (!isKept(input.payload)) return this.passed(seq, ts_seq_us)
        return node.foldStep(seq, ts_seq_us, () => node.foldMessage(input))
      default:
    }
    if (input.type !== 'control') {
      if (!orders.has(input.account_id)) return this.passed(seq, ts_seq_us)
      return node.foldStep(seq, ts_seq_us, () => node.foldInput(input))
    }
    if (input.command === 'session_start') this.#startSeq = seq
    if (input.command === 'session_start') return node.foldStep(seq, ts_seq_us, () => this.#openAccounts())
    if (input.command.startsWith('account_'))
      return node.foldStep(seq, ts_seq_us, () => node.foldInput(input))
    if (!input.command.startsWith('strategy_')) return this.passed(seq, ts_seq_us)
    node.foldStep(seq, ts_seq_us, () => {
      for (const strategy of this.#trading.strategies.values()) strategy.foldControl(input)
    })
  }

  /** Inputs up to `seq` that change no ledger. */
  passed(seq: number, ts_seq_us: number): void {
    this.#undecided = undefined
    const { node } = this.#trading
    assert(seq >= node.seq, 'records come in the order of their inputs')
    node.resumeAt(seq, Math.max(ts_seq_us, node.now_us))
  }

  /** Every step but the last is whole: an intent that came last and has no effect behind it was not decided on. */
  end(): void {
    const intent = this.#undecided
    if (intent !== undefined) this.#trading.executions.get(intent.account_id)?.noteUndecided(intent)
    for (const [strategy_id, strategy] of this.#trading.strategies) {
      for (const orders of this.#trading.orders.values()) {
        strategy.noteCounter(orders.counterHighWater(strategy_id as StrategyId))
      }
      for (const execution of this.#trading.executions.values())
        strategy.noteCounter(execution.counterHighWater(strategy_id))
      strategy.foldOpen(this.#openCounters(strategy_id))
    }
    this.#setFolding(false)
  }

  /** At a venue, on its way, or kept by the engine. */
  #openCounters(strategy_id: string): number[] {
    const { orders, executions, books } = this.#trading
    const open = [...orders.values()].flatMap((account) => account.openOrders(strategy_id))
    const held = [...executions.values()].flatMap((account) => account.heldOrders(strategy_id))
    const elsewhere = books.get(strategy_id)?.openOrders() ?? []
    return [...open, ...held, ...elsewhere].map(({ counter }) => counter).sort((a, b) => a - b)
  }

  #noteDrawn({ strategy_id }: Intent, counter: number): void {
    this.#trading.strategies.get(strategy_id)?.noteCounter(counter)
  }

  #openAccounts(): void {
    for (const portfolio of this.#trading.portfolios.values()) portfolio.openAccount()
  }

  #setFolding(is_folding: boolean): void {
    for (const orders of this.#trading.orders.values()) orders.is_folding = is_folding
    for (const execution of this.#trading.executions.values()) execution.is_folding = is_folding
  }
}

function isIntent(payload: NodePayload): payload is Intent {
  const { type } = payload
  return type === 'submit_intent' || type === 'cancel_intent' || type === 'replace_intent'
}

function isKept(payload: NodePayload): boolean {
  return (
    'leaves_quantity_units' in payload ||
    payload.type === 'order_denied' ||
    payload.type === 'strategy_state_changed'
  )
}
