// Builds the nodes of a live session: the one that runs and, at each start, the one that is run again to get there.

import { decodeChange } from '../../actors/execution/holding-change.ts'
import { LedgerFold } from '../../actors/ledger-fold.ts'
import type { StrategyActor } from '../../actors/strategy/strategy-actor.ts'
import type { FaultReport } from '../../actors/strategy/strategy-fault.ts'
import { loadLedger, saveLedger } from '../../actors/trading-ledger.ts'
import { buildTradingNode, type TradingNode, type TradingNodeOptions } from '../../actors/trading-node.ts'
import type { BuiltNode, LostState, NodeFactory } from '../../engine/live/node-factory.ts'
import { LIVE_BAR_CLOSE_DELAY_US } from '../../schemas/config/data-config.ts'
import type { Control, ControlCommand } from '../../schemas/messages/control.ts'

/** What a bar waits for late rows where the configuration says nothing. */
export const BAR_CLOSE_DELAY_US = LIVE_BAR_CLOSE_DELAY_US

export type LiveNodeOptions = Omit<
  TradingNodeOptions,
  'epoch' | 'journal' | 'onOutcome' | 'onOutsideStep' | 'bar_close_delay_us' | 'is_on_bus'
>

/** The node with its actors, for status, look-ups and whoever watches. */
export type LiveBuiltNode = BuiltNode & { readonly trading: TradingNode }

export function liveNodeFactory(options: LiveNodeOptions): NodeFactory<LiveBuiltNode> {
  return ({ post, role, ...binding }): LiveBuiltNode => {
    const isLive = role === 'live'
    const trading = buildTradingNode({
      ...options,
      ...binding,
      observer: isLive ? (options.observer ?? {}) : {},
      onAlert: isLive ? options.onAlert : undefined,
      permit: isLive ? options.permit : undefined,
      onFault: (fault) => {
        if (!isLive) return
        options.onFault(fault)
        post(wordOf('strategy_faulted', fault))
      },
      is_on_bus: options.config.bus !== undefined,
      bar_close_delay_us: options.config.bars.close_delay_us ?? BAR_CLOSE_DELAY_US,
      onOutcome: post,
      onOutsideStep: (fault) => {
        if (isLive) options.onFault(fault)
        post(wordOf('strategy_halt', fault))
      },
    })
    const { node, strategies } = trading
    const owners = new Map([...strategies].map(([id, actor]) => [actor.index, id]))
    return {
      node,
      trading,
      ledger: {
        save: () => saveLedger(trading),
        load: (ledger) => loadLedger(trading, ledger),
        fold: () => new LedgerFold(trading),
        describeHolding: decodeChange,
      },
      strategyOfActor: (index) => owners.get(index),
      lostStates: () => lostStates([...strategies.values()]),
    }
  }
}

/** What a node that runs says of a strategy, as an input. */
function wordOf(command: ControlCommand, { strategy_id, code: reason }: FaultReport): Control {
  return { type: 'control', command, account_id: '', strategy_id, reason, operator: 'engine' }
}

function lostStates(strategies: readonly StrategyActor[]): LostState[] {
  return strategies.flatMap((strategy) => {
    const problem = strategy.is_running ? strategy.stateProblem() : undefined
    return problem === undefined ? [] : [{ strategy_id: strategy.strategy_id, reason: problem.what }]
  })
}
