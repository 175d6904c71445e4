import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'bench',
  summary: 'Measure the engine on this machine, on data it generates.',
  usage: '',
  description: `
Generates histories, replays them through the whole engine from the embedded store, and measures orders, matching, journal,
memory and a live session. Beside the engine runs a naive loop that does the same arithmetic over the same arrays, so that the engine's
overhead is a ratio of one run. Prints each figure with its runs; --json prints them as one array.`,
  arguments_min: 0,
  arguments_max: 0,
  options: {
    only: {
      type: 'string',
      value: 'TEXT',
      description:
        'Measure only the groups whose name holds TEXT: replay, memory, orders, parts, live, feeds, session.',
    },
    quick: {
      type: 'boolean',
      description: 'A tenth of the data and one run each: to see that it works, not to quote.',
    },
    folder: {
      type: 'string',
      value: 'DIR',
      description: 'Where the histories go (default: a temporary folder, removed at the end).',
    },
  },
  examples: [
    { line: 'orrery bench', what: 'everything, some minutes' },
    { line: 'orrery bench --only replay --json', what: 'the replay figures for a script' },
  ],
  run: bench,
}

async function bench(call: Call): Promise<Outcome> {
  const { runBench } = await import('../../bench/run-bench.ts')
  const { figuresText } = await import('../../bench/figures-text.ts')
  const figures = await runBench({
    only: call.text('only') ?? '',
    quick: call.flag('quick'),
    folder: call.text('folder'),
    progress: call.progress,
  })
  return { json: figures, text: figuresText(figures) }
}
