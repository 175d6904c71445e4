import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'paper',
  summary: 'Trade a configured session in real time on the simulated exchange.',
  usage: 'CONFIG',
  description: `
Runs the session's strategies on its feeds, in real time, against the simulated exchange, with every input in a journal:
killed or stopped and started again, the session goes on where it was. Orders, fills, denials and alerts are printed as
they happen. Ctrl-C or orrery stop ends it gracefully. The session's folder is journal.directory/SESSION. Where the
configuration has several nodes, each is started by itself with --node, in journal.directory/SESSION/NODE, and they talk
over the bus.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    set: {
      type: 'string',
      value: 'PATH=VALUE',
      multiple: true,
      description: 'Override a value of the configuration.',
    },
    node: {
      type: 'string',
      value: 'ID',
      description: 'Host this one of the configuration’s nodes; the others are processes of their own.',
    },
    standby: {
      type: 'boolean',
      description: 'Follow the node that runs the session, and take over when it is gone.',
    },
    for: {
      type: 'string',
      value: 'SECONDS',
      description: 'End by itself after this long.',
    },
  },
  examples: [
    { line: 'orrery paper ema.yaml', what: 'run it until Ctrl-C' },
    { line: 'orrery paper ema.yaml --set live.speed=60', what: 'a minute of market a second' },
    { line: 'orrery status first', what: 'what it is doing, from another terminal' },
    { line: 'orrery paper apart.yaml --node trading', what: 'one of several nodes' },
    { line: 'orrery paper ema.yaml --standby --set journal.directory=/elsewhere', what: 'stand by for it' },
  ],
  run: paper,
}

async function paper(call: Call): Promise<Outcome> {
  const { runPaper } = await import('../../live/run-paper.ts')
  const { LineWriter } = await import('../../text/line-writer.ts')
  const { catchStrayErrors } = await import('../../../adapters/stray-errors/stray-errors.ts')
  const { strayText } = await import('../../live/stray-text.ts')
  const [path = ''] = call.arguments
  const lines = new LineWriter()
  const print = call.flag('json') ? () => undefined : lines.print
  const told = new Set<string>()
  const stopCatching = catchStrayErrors((stray) => {
    const line = strayText(stray)
    if (!told.has(line)) print(line)
    told.add(line)
  })
  try {
    return await runPaper({
      path,
      set: call.texts('set'),
      node: call.text('node'),
      seconds: call.text('for'),
      stand_by: call.flag('standby'),
      print,
    })
  } finally {
    stopCatching()
    await lines.close()
  }
}
