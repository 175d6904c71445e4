import { extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call, Command, Outcome } from '../command.ts'
import { counted, withStore } from '../with-store.ts'

const FOLDER_DEFAULT = '.orrery/demo'

export const command: Command = {
  name: 'demo',
  summary: 'Watch a strategy trade a generated history; no account, no server.',
  usage: '',
  description: `
Generates half a month of EURUSD quotes (once), runs the EMA cross of actors/strategy/examples over them through the real
actors and the simulated exchange, and prints what came of it. A run like any other: its configuration is
ops/demo/demo.yaml, and orrery verify takes its folder.`,
  arguments_min: 0,
  arguments_max: 0,
  options: {
    folder: {
      type: 'string',
      value: 'DIR',
      description: `Where history and runs go (default ${FOLDER_DEFAULT}).`,
    },
    set: {
      type: 'string',
      value: 'PATH=VALUE',
      multiple: true,
      description: 'Override a value of its configuration.',
    },
  },
  examples: [
    { line: 'orrery demo', what: 'run it' },
    { line: 'orrery demo --set strategies.ema.params.slow_period=60', what: 'with a slower average' },
  ],
  run: demo,
}

// Half a month at a quote every 0.6 s.
const MARKET = {
  instrument_id: 'EURUSD.gen',
  seed: 1,
  row_count: 2_000_000,
  gap_us_mean: 600_000,
  size_units: 1_000_000,
}

// TypeScript in a clone, stripped JavaScript in a release, as this file is.
const STRATEGY = `../../../actors/strategy/examples/ema-cross${extname(import.meta.url)}`

async function demo(call: Call): Promise<Outcome> {
  const { runConfigured } = await import('../../backtest/run-configured.ts')
  const { summaryText } = await import('../../report/summary-text.ts')
  const folder = resolve(call.text('folder') ?? FOLDER_DEFAULT)
  const store = join(folder, 'ticks')
  await generateHistory(call, store)
  const run = await runConfigured({
    path: here('../../demo/demo.yaml'),
    set: [
      `data.store=${JSON.stringify(store)}`,
      `journal.directory=${JSON.stringify(join(folder, 'runs'))}`,
      `strategies.ema.source=${JSON.stringify(`${here(STRATEGY)}#emaCross`)}`,
      ...call.texts('set'),
    ],
    out: undefined,
    progress: call.progress,
  })
  return { json: run.result, text: summaryText(run) }
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

async function generateHistory({ progress }: Call, directory: string): Promise<void> {
  const { builtInInstruments } = await import('../../../schemas/instrument-table.ts')
  const { generatedSource } = await import('../../../sim/market-generator/generated-source.ts')
  const { MARKET_DEFAULTS } = await import('../../../sim/market-generator/market-generator.ts')
  const source = generatedSource({ ...MARKET_DEFAULTS, ...MARKET })
  progress.start('generating quotes', MARKET.row_count)
  await withStore(directory, async (store) => {
    await store.putInstruments(
      builtInInstruments().filter(({ instrument_id }) => instrument_id === MARKET.instrument_id),
    )
    await store.write({ ...source, blocks: counted(source.blocks, progress) })
  })
}
