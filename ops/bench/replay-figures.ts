// Replay from the embedded store through the whole engine: the figures of the design that are about quotes per second.

import { must } from '../../schemas/assert.ts'
import { writeHistory } from './bench-history.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { measuredRun } from './measured-run.ts'
import { readSpeeds } from './store-figures.ts'

const ONE = ['GEN1']
const FIVE = ['GEN1', 'GEN2', 'GEN3', 'GEN4', 'GEN5']
const ROWS = 10_000_000

export async function replayFigures(scope: BenchScope): Promise<Figure[]> {
  const { folder, divisor, note } = scope
  note('generating five histories')
  await writeHistory(folder, FIVE, ROWS / divisor)
  note('reading the store')
  const [first, second] = await readSpeeds(folder, 'GEN1.gen')
  note('replaying one instrument')
  const one = await speeds(scope, { instruments: ONE, strategy: 'ema_cross' })
  note('replaying five instruments')
  const five = await speeds(scope, { instruments: FIVE, strategy: 'ema_cross' })
  note('replaying with an order every 100 quotes')
  const orders = await speeds(scope, { instruments: ONE, strategy: { quotes_per_order: 100 } })
  return [
    figure('store: one instrument, first reading after the import', 'rows/s', [first]),
    figure('store: one instrument, second reading', 'rows/s', [second]),
    figure('replay: one instrument, EMA cross', 'quotes/s', one),
    figure('replay: five instruments merged, EMA cross each', 'quotes/s', five),
    figure('replay: one instrument, a market order every 100 quotes', 'quotes/s', orders),
  ]
}

type Case = Pick<Parameters<typeof measuredRun>[0], 'instruments' | 'strategy'>

async function speeds({ folder, runs }: BenchScope, run: Case): Promise<number[]> {
  const values: number[] = []
  for (let i = 0; i < runs; i++) {
    const { timing } = await measuredRun({ ...run, folder })
    values.push(must(timing.quotes_per_s, 'a run with quotes has a speed'))
  }
  return values
}
