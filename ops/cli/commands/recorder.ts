import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'recorder',
  summary: 'Record what live sessions saw into the tick store.',
  usage: 'CONFIG',
  description: `
Takes the raw rows of every session under journal.directory into the tick store (data.store), exactly once, and lets
other commands read from the store meanwhile. A session starts one by itself; this command is for a recorder that outlives
sessions, or that was behind when one ended. With live.recorder: bus it takes the rows of all nodes of the installation
off the bus instead: run one of it. Killed and started again, it goes on where it was. Ctrl-C ends it.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    set: {
      type: 'string',
      value: 'PATH=VALUE',
      multiple: true,
      description: 'Override a value of the configuration.',
    },
    once: { type: 'boolean', description: 'Record what there is, then end.' },
    'with-parent': { type: 'boolean', description: 'End when the standard input ends.' },
  },
  examples: [
    { line: 'orrery recorder ema.yaml', what: 'record until Ctrl-C' },
    { line: 'orrery recorder ema.yaml --once', what: 'record what a session that has ended left' },
  ],
  run: record,
}

async function record(call: Call): Promise<Outcome> {
  const { runRecorder } = await import('../../recorder/run-recorder.ts')
  const { onSignals } = await import('../../live/on-signals.ts')
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const removeSignals = onSignals(end)
  if (call.flag('with-parent')) process.stdin.once('end', end).resume()
  try {
    const [path = ''] = call.arguments
    const print = call.flag('json') ? () => undefined : (line: string) => process.stdout.write(`${line}\n`)
    const waits = call.flag('with-parent')
    const once = call.flag('once')
    const counts = await runRecorder({ path, set: call.texts('set'), print, waits, once, ended })
    const { rows, repeated, missing, refused } = counts
    const text = `${rows} rows recorded, ${repeated} were there already, ${missing} missing, ${refused} batches refused.\n`
    return { json: counts, text }
  } finally {
    removeSignals()
  }
}
