// What the file journal costs on this machine's disk: appends a second with their sealing, and a commit's time.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalWriter } from '../../engine/journal-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { openFileJournal } from './file-journal.ts'

export type JournalBenchmark = {
  /** Records of 150 bytes, sealed and written as a backtest does, without a sync. */
  readonly appends_per_s: number
  /** Two records appended and made durable, one commit at a time. */
  readonly commit_p50_us: number
  readonly commit_p99_us: number
}

const APPEND_COUNT = 1_000_000
const COMMIT_COUNT = 1_000
const PAYLOAD = new Uint8Array(150)

export async function benchJournal(directory = tmpdir()): Promise<JournalBenchmark> {
  const place = await mkdtemp(join(directory, 'journal-bench-'))
  try {
    const journal = await openFileJournal({ directory: place })
    const nothing = new Uint8Array()
    const backtest = await journal.openEpoch({
      epoch: 1,
      header: nothing,
      base: nothing,
      durability: 'deferred',
    })
    const appends_per_s = measureAppends(backtest)
    await backtest.close()
    const commits = await measureCommits(
      await journal.openEpoch({ epoch: 2, header: nothing, base: nothing }),
    )
    await journal.close()
    return { appends_per_s, commit_p50_us: quantile(commits, 0.5), commit_p99_us: quantile(commits, 0.99) }
  } finally {
    await rm(place, { recursive: true })
  }
}

function measureAppends(writer: JournalWriter): number {
  const start = performance.now()
  for (let i = 0; i < APPEND_COUNT; i++) writer.append(RECORD_KIND.input, PAYLOAD)
  return Math.round((APPEND_COUNT / (performance.now() - start)) * 1_000)
}

/** Durations in µs, ascending. */
async function measureCommits(writer: JournalWriter): Promise<number[]> {
  const durations: number[] = []
  for (let i = 0; i < COMMIT_COUNT; i++) {
    const start = performance.now()
    writer.append(RECORD_KIND.input, PAYLOAD)
    writer.append(RECORD_KIND.effects, PAYLOAD)
    await writer.commit()
    durations.push((performance.now() - start) * 1_000)
  }
  return durations.sort((left, right) => left - right)
}

function quantile(ascending: readonly number[], fraction: number): number {
  return Math.round(ascending[Math.floor(fraction * (ascending.length - 1))] ?? 0)
}
