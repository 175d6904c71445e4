// What a running session does when it is asked over its control socket.

import { CONTROL_COMMANDS, type ControlCommand } from '../../schemas/messages/control.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { ControlRequest } from './control-socket.ts'
import type { LiveSession } from './live-session.ts'
import { actOnMarket } from './market-control.ts'
import type { SessionStatus } from './session-status.ts'
import type { SessionVenues } from './session-venues.ts'

export type ControlScope = {
  readonly session: LiveSession
  readonly market: SessionVenues['market']
  readonly status: () => SessionStatus
  readonly stop: (on_stop: 'cancel' | 'keep' | undefined) => Promise<unknown>
}

/** Commands of the engine's own making: an operator has no use for them. */
const NOT_FOR_OPERATORS = new Set<string>([
  'session_start',
  'session_stop',
  'trading_enable',
  'strategy_fault',
  'strategy_faulted',
  'intents_hold',
  'intents_release',
])

export async function handleControl(request: ControlRequest, scope: ControlScope): Promise<unknown> {
  const { command } = request
  if (command === 'status') return scope.status()
  if (command === 'stop') return scope.stop(stopPolicy(request['on_stop']))
  if (command === 'market') return actOnMarket(request, scope.market)
  if (!CONTROL_COMMANDS.includes(command as ControlCommand) || NOT_FOR_OPERATORS.has(command))
    throw unknownCommand(command)
  const text = (name: string) => String(request[name] ?? '')
  scope.session.control(command as ControlCommand, text('operator') || 'operator', {
    account_id: text('account_id'),
    strategy_id: text('strategy_id'),
    reason: text('reason'),
  })
  return { accepted: command }
}

export function stopPolicy(value: unknown): 'cancel' | 'keep' | undefined {
  return value === 'cancel' || value === 'keep' ? value : undefined
}

function unknownCommand(command: unknown): OperatingError {
  const known = CONTROL_COMMANDS.filter((name) => !NOT_FOR_OPERATORS.has(name))
  return new OperatingError({
    code: 'control.unknown_command',
    reason: 'usage',
    what: `A session knows no command ${String(command)}.`,
    remedy: `Use status, stop, market or one of: ${known.join(', ')}.`,
  })
}
