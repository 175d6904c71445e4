// An operator's act upon a simulated market, as it comes over a control socket: of a session with the exchange in its
// process, or of an exchange in a process of its own.

import { OperatingError } from '../../schemas/operating-error.ts'
import type { HaltAnswer, MarketDesk, TradeAnswer } from '../../sim/paper-venue/market-desk.ts'
import type { ControlRequest } from './control-socket.ts'

/** @param market undefined where the exchange is not in this process. */
export async function actOnMarket(
  request: ControlRequest,
  market: MarketDesk | undefined,
): Promise<TradeAnswer | HaltAnswer> {
  if (market === undefined) throw notHere()
  const { act } = request
  const text = (name: string) => String(request[name] ?? '')
  const by = { operator: text('operator') || 'operator', reason: text('reason') }
  if (act === 'halt' || act === 'resume')
    return market.askHalt({ act, instrument_id: text('instrument_id'), ...by })
  if (act !== 'trade_cancel' && act !== 'trade_correct') throw unknownAct(act)
  const execution_id = text('execution_id')
  return market.ask({ act, execution_id, price: text('price'), quantity: text('quantity'), ...by })
}

/** An exchange in a process of its own answers nothing else. */
export async function answerAtExchange(
  request: ControlRequest,
  market: MarketDesk,
): Promise<TradeAnswer | HaltAnswer> {
  if (request.command === 'market') return actOnMarket(request, market)
  throw new OperatingError({
    code: 'control.unknown_command',
    reason: 'usage',
    what: `An exchange knows no command ${request.command}.`,
    remedy: 'Ask it about its market alone: orrery market.',
  })
}

function notHere(): OperatingError {
  return new OperatingError({
    code: 'market.elsewhere',
    reason: 'usage',
    what: 'The exchange of this session is not in its process.',
    remedy:
      "Name the folder of the exchange's ledger, exchange-ledger in journal.directory, or the node with the accounts.",
  })
}

function unknownAct(act: unknown): OperatingError {
  return new OperatingError({
    code: 'market.unknown_act',
    reason: 'usage',
    what: `${String(act)} is nothing an operator does to a market.`,
    remedy: 'Use trade_cancel, trade_correct, halt or resume.',
  })
}
