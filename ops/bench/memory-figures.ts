// Peak memory of whole processes over short and long histories: it must not grow with them.

import { writeHistory } from './bench-history.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { measuredRun } from './measured-run.ts'

const SHORT = { symbol: 'GEN1', rows: 10_000_000 }
const LONG = { symbol: 'GEN2', rows: 100_000_000 }

export async function memoryFigures({ folder, divisor, note }: BenchScope): Promise<Figure[]> {
  const place = `${folder}/memory`
  const figures: Figure[] = []
  for (const { symbol, rows } of [SHORT, LONG]) {
    const count = rows / divisor
    note(`generating ${count.toLocaleString('en-US')} quotes`)
    await writeHistory(place, [symbol], count)
    for (const strategy of ['ema_cross', { quotes_per_order: 100 }] as const) {
      const label = strategy === 'ema_cross' ? 'EMA cross' : 'an order every 100 quotes'
      note(`memory over ${count.toLocaleString('en-US')} quotes, ${label}`)
      const { timing } = await measuredRun({ folder: place, instruments: [symbol], strategy })
      figures.push(figure(`memory: ${count / 1e6} M quotes, ${label}`, 'MB peak', [timing.peak_rss_mb]))
    }
  }
  return figures
}
