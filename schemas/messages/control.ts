// Operator and supervisor commands: inputs of the node, journaled in every mode, readable JSON on the wire.

/** What a control command applies to; '' means all of the kind. */
export type ControlScope = { readonly account_id: string; readonly strategy_id: string }

export const CONTROL_COMMANDS = [
  /** Opens the session, at every start: strategies that are new or were stopped start warming up. */
  'session_start',
  /** Ends the session: strategies stop; resting orders stay as they are. */
  'session_stop',
  /** Orders may leave: everything is reconciled. */
  'trading_enable',
  'strategy_pause',
  'strategy_resume',
  /** A strategy reached out of its own handler; `detail` names the line. */
  'strategy_halt',
  /** A strategy exceeded a bound between its handlers. */
  'strategy_fault',
  /** Puts a faulted, halted or stopped strategy back to its start, with warm-up. */
  'strategy_reinitialise',
  'account_reduce_only',
  'account_halt',
  'account_resume',
  /** Cancels every open order of the scope. */
  'orders_cancel',
  /** Intents for accounts in other nodes are denied where they are asked: the bus is behind. Cancels still leave. */
  'intents_hold',
  'intents_release',
  /** A venue of the account was lost: what its books were says nothing until it has shown them again. */
  'books_unknown',
  /** A strategy has faulted in a step. It changes nothing there, and tells a later build, which runs no step again. */
  'strategy_faulted',
] as const
export type ControlCommand = (typeof CONTROL_COMMANDS)[number]

export type Control = ControlScope & {
  readonly type: 'control'
  readonly command: ControlCommand
  readonly reason: string
  readonly operator: string
}
