import type { Call, Command, Outcome } from '../command.ts'
import { wholeNumber } from '../option-value.ts'

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
        'Measure only the groups whose name holds TEXT: replay, books, orders, parts, live, feeds, memory, exchange-snapshot, session-latency-file, session-latency-replicated, session-sustained, session-restart, session-takeover, session-heap.',
    },
    quick: {
      type: 'boolean',
      description: 'A tenth of the data and one run each: to see that it works, not to quote.',
    },
    seconds: {
      type: 'string',
      value: 'N',
      description:
        'How long each latency figure of a session is measured, and an exchange with its snapshots (default: 60; with --quick 6).',
    },
    'heap-seconds': {
      type: 'string',
      value: 'N',
      description: 'How long a session runs to see whether its memory grows (default: 120; with --quick 12).',
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
    {
      line: 'orrery bench --only session --seconds 600 --heap-seconds 3600 --json',
      what: 'a live session over two hours',
    },
  ],
  run: bench,
}

async function bench(call: Call): Promise<Outcome> {
  const { runBench } = await import('../../bench/run-bench.ts')
  const quick = call.flag('quick')
  const { figuresText } = await import('../../bench/figures-text.ts')
  const figures = await runBench({
    only: call.text('only') ?? '',
    quick,
    folder: call.text('folder'),
    seconds: wholeNumber(call, 'seconds', { fallback: quick ? 6 : 60, min: 2 }),
    heap_seconds: wholeNumber(call, 'heap-seconds', { fallback: quick ? 12 : 120, min: 12 }),
    progress: call.progress,
  })
  return { json: figures, text: figuresText(figures) }
}
