import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'backtest',
  summary: 'Run a configured session over the history in the tick store.',
  usage: 'CONFIG',
  description: `
Replays the history through the actors that trade live, against a simulated exchange, and prints what came of it. The
run's folder keeps the journal (see orrery verify), result.json, report.html, and orders, fills, positions, ledger and
equity as CSV. With --json the result is one object; --schema prints its JSON Schema, in which every field is described.
A strategy that fails ends the command with exit code 6.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    set: {
      type: 'string',
      value: 'PATH=VALUE',
      multiple: true,
      description: 'Override a value of the configuration.',
    },
    out: {
      type: 'string',
      value: 'DIR',
      description: 'Folder of the run (default: a new one in journal.directory).',
    },
    schema: {
      type: 'boolean',
      alone: true,
      description: 'Print the JSON Schema of the result, and run nothing.',
    },
  },
  examples: [
    { line: 'orrery backtest ema.yaml', what: 'run it' },
    {
      line: 'orrery backtest ema.yaml --out runs/a --set strategies.ema.params.fast_period=5',
      what: 'a variant',
    },
    { line: 'orrery backtest ema.yaml --json | jq .equity.end', what: 'for a script' },
    { line: 'orrery backtest --schema', what: 'what the object holds' },
  ],
  run: backtest,
}

async function backtest(call: Call): Promise<Outcome> {
  if (call.flag('schema')) return schema()
  const { runConfigured } = await import('../../backtest/run-configured.ts')
  const { summaryText } = await import('../../report/summary-text.ts')
  const [path = ''] = call.arguments
  const { progress } = call
  const run = await runConfigured({
    path,
    set: call.texts('set'),
    out: call.text('out'),
    progress,
  })
  return { json: run.result, text: summaryText(run) }
}

async function schema(): Promise<Outcome> {
  const { BacktestResult } = await import('../../../schemas/backtest-result.ts')
  const json = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...BacktestResult }
  return { json, text: `${JSON.stringify(json, null, 2)}\n` }
}
