import type { LeftOrders } from '../../live/left-orders.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'stop',
  summary: 'End a running session gracefully.',
  usage: 'SESSION',
  description: `
Strategies stop, resting orders are cancelled or kept as the configuration says, the last inputs become durable and a
snapshot is taken; then the session's process ends. The command waits for it and says what is still open. Started again,
the session goes on where it ended.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    keep: { type: 'boolean', description: 'Leave resting orders at the venues.' },
    cancel: { type: 'boolean', description: 'Cancel resting orders first.' },
  },
  examples: [
    { line: 'orrery stop first', what: 'as live.on_stop says' },
    { line: 'orrery stop first --keep', what: 'orders stay where they are' },
  ],
  run: stop,
}

async function stop(call: Call): Promise<Outcome> {
  const { askSession } = await import('../../live/control-socket.ts')
  const { leftText } = await import('../../live/left-orders.ts')
  const { findSession } = await import('../../live/session-folder.ts')
  const [name = ''] = call.arguments
  const folder = await findSession(name)
  const on_stop = call.flag('keep') ? 'keep' : call.flag('cancel') ? 'cancel' : undefined
  const answer = (await askSession(folder, { command: 'stop', on_stop }, undefined)) as LeftOrders | undefined
  if (answer === undefined) return { json: { was_running: false }, text: `${name} is not running.\n` }
  return { json: { was_running: true, ...answer }, text: `${name} has ended; ${leftText(answer)}.\n` }
}
