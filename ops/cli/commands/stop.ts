import { OperatingError } from '../../../schemas/operating-error.ts'
import type { StopAnswer } from '../../live/session-desk.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'stop',
  summary: 'End a running session gracefully.',
  usage: 'SESSION',
  description: `
Strategies stop, resting orders are cancelled or kept as the configuration says, the last inputs become durable and a
snapshot is taken; then the session's process ends. The command waits for it and says what is still open. Started again,
the session goes on where it ended. A session that is starting is stopped as soon as it is up; a standby, or one that waits
for its bus, ends at once. An exchange in a process of its own is ended by Ctrl-C or SIGTERM.`,
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
  const { findSession, foundSession } = await import('../../live/session-folder.ts')
  const { refuseExchange } = await import('../../exchange/refuse-stop.ts')
  const { stopSession } = await import('../../live/stop-session.ts')
  const [name = ''] = call.arguments
  if (call.flag('keep') && call.flag('cancel')) throw keepAndCancel()
  const on_stop = call.flag('keep') ? 'keep' : call.flag('cancel') ? 'cancel' : undefined
  if ((await foundSession(name)) === undefined) await refuseExchange(name)
  const answer = await stopSession(await findSession(name), on_stop)
  if (answer === undefined) return { json: { was_running: false }, text: `${name} is not running.\n` }
  return { json: { was_running: true, ...answer }, text: `${name} ${await endText(answer)}.\n` }
}

async function endText(answer: StopAnswer): Promise<string> {
  const { leftText } = await import('../../live/left-orders.ts')
  if (!('was' in answer)) return `has ended; ${leftText(answer)}`
  return answer.was === 'standing_by'
    ? 'stood by, and has ended; the node that runs the session goes on'
    : 'was waiting to start, and has ended; its orders are as they were'
}

function keepAndCancel(): OperatingError {
  return new OperatingError({
    code: 'stop.keep_and_cancel',
    reason: 'usage',
    what: 'Resting orders are kept or cancelled, not both.',
    where: '--keep, --cancel',
    remedy: 'Give one of them, or neither: then live.on_stop of the configuration says it.',
  })
}
