// An account's state on the wire: its open orders may need more than one frame holds. Those that do not fit into the state
// itself come in frames before it, with nothing between them.

import { type AnswerFrame, STATE_IDS_MAX } from './venue-frames.ts'

type Frame<Name extends AnswerFrame['frame']> = Extract<AnswerFrame, { frame: Name }>
export type StateFrame = Frame<'state'>
export type OpenOrdersFrame = Frame<'open_orders'>

/** In the order in which they are said; the state is the last. */
export function stateFrames(state: StateFrame): (OpenOrdersFrame | StateFrame)[] {
  const { account_id, open_client_order_ids: ids } = state
  const frames: (OpenOrdersFrame | StateFrame)[] = []
  let from = 0
  for (; ids.length - from > STATE_IDS_MAX; from += STATE_IDS_MAX)
    frames.push({
      frame: 'open_orders',
      account_id,
      open_client_order_ids: ids.slice(from, from + STATE_IDS_MAX),
    })
  return [...frames, { ...state, open_client_order_ids: ids.slice(from) }]
}

/** Puts together what one connection hears. */
export class StateParts {
  readonly #ids = new Map<string, string[]>()

  add({ account_id, open_client_order_ids }: OpenOrdersFrame): void {
    this.#ids.set(account_id, [...(this.#ids.get(account_id) ?? []), ...open_client_order_ids])
  }

  /** The state with the open orders of the frames before it. */
  whole(state: StateFrame): StateFrame {
    const before = this.#ids.get(state.account_id)
    if (before === undefined) return state
    this.#ids.delete(state.account_id)
    return { ...state, open_client_order_ids: [...before, ...state.open_client_order_ids] }
  }

  /** The connection is lost: what it began to say is not finished by another. */
  clear(): void {
    this.#ids.clear()
  }
}
