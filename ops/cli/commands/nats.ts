import { OperatingError } from '../../../schemas/operating-error.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'nats',
  summary: 'Find or fetch the NATS server of an installation.',
  usage: 'server',
  description: `
server: finds a nats-server that is new enough (the one named by ORRERY_NATS_SERVER, on the PATH, in the cache), or on
Debian and Ubuntu fetches one from Debian's archive into the cache, verified by the archive's keyring.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {},
  examples: [{ line: 'orrery nats server', what: 'the server this machine has, fetched if need be' }],
  run: (call) => {
    const [action = ''] = call.arguments
    if (action === 'server') return server(call)
    throw new OperatingError({
      code: 'usage.unknown_action',
      reason: 'usage',
      what: `orrery nats has no action ${JSON.stringify(action)}.`,
      remedy: 'Its actions are: server.',
    })
  },
}

async function server(call: Call): Promise<Outcome> {
  const { ensureNatsServer } = await import('../../nats/ensure-server.ts')
  const found = await ensureNatsServer(call.progress)
  return { json: found, text: `nats-server ${found.version}: ${found.path}\n` }
}
