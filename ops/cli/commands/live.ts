import { OperatingError } from '../../../schemas/operating-error.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  name: 'live',
  summary: 'Trade real money through a broker; refused while there is no adapter.',
  usage: 'CONFIG',
  description: `
Refused until a broker adapter exists: everything else of it runs as orrery paper, against the simulated exchange.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {},
  examples: [{ line: 'orrery paper ema.yaml', what: 'the same session on the simulated exchange' }],
  run: () => Promise.reject(noBroker()),
}

function noBroker(): OperatingError {
  return new OperatingError({
    code: 'live.no_broker',
    reason: 'usage',
    what: 'Real money needs a broker adapter, and this build has none.',
    where: 'venues',
    remedy: 'Run the session with orrery paper: the same actors on the simulated exchange.',
  })
}
