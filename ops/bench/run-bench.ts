// Runs the groups of figures, each on data it generates.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { Progress } from '../cli/progress.ts'
import { bookFigures } from './book-figures.ts'
import { exchangeSnapshotFigures } from './exchange-snapshot.ts'
import { feedFigures } from './feed-figures.ts'
import type { BenchGroup, Figure } from './figure.ts'
import { liveFigures } from './live-figures.ts'
import { memoryFigures } from './memory-figures.ts'
import { orderFigures } from './order-figures.ts'
import { partFigures } from './part-figures.ts'
import { replayFigures } from './replay-figures.ts'
import { heapFigures } from './session-heap.ts'
import { fileLatencyFigures, replicatedLatencyFigures, sustainedFigures } from './session-latency.ts'
import { restartFigures } from './session-restart.ts'
import { takeoverFigures } from './session-takeover.ts'

const GROUPS: Readonly<Record<string, BenchGroup>> = {
  replay: replayFigures,
  books: bookFigures,
  orders: orderFigures,
  parts: partFigures,
  live: liveFigures,
  feeds: feedFigures,
  memory: memoryFigures,
  'exchange-snapshot': exchangeSnapshotFigures,
  'session-latency-file': fileLatencyFigures,
  'session-latency-replicated': replicatedLatencyFigures,
  'session-sustained': sustainedFigures,
  'session-restart': restartFigures,
  'session-takeover': takeoverFigures,
  'session-heap': heapFigures,
}

export type BenchRequest = {
  readonly only: string
  readonly quick: boolean
  readonly folder: string | undefined
  /** How long each of a session's latency figures is measured, and its heap. */
  readonly seconds: number
  readonly heap_seconds: number
  readonly progress: Progress
}

export async function runBench({
  only,
  quick,
  folder,
  progress,
  ...durations
}: BenchRequest): Promise<Figure[]> {
  const chosen = Object.entries(GROUPS).filter(([name]) => name.includes(only))
  if (chosen.length === 0) throw noGroup(only)
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'orrery-bench-')))
  await mkdir(place, { recursive: true })
  const figures: Figure[] = []
  try {
    const note = (doing: string) => progress.start(doing)
    const passed = (seconds: number, of: number) => progress.update(seconds, of)
    const scope = { folder: place, divisor: quick ? 10 : 1, runs: quick ? 1 : 5, note, passed, ...durations }
    for (const [, measure] of chosen) figures.push(...(await measure(scope)))
  } finally {
    progress.stop()
    if (folder === undefined) await rm(place, { recursive: true })
  }
  return figures
}

function noGroup(only: string): OperatingError {
  return new OperatingError({
    code: 'bench.no_group',
    reason: 'usage',
    what: `No group of figures has "${only}" in its name.`,
    where: '--only',
    remedy: `Use one of: ${Object.keys(GROUPS).join(', ')}.`,
  })
}
