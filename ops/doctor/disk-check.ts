// The journal's speed is the disk's: an order waits for one fdatasync.

import { existsSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type Finding, faulty, well } from './check.ts'

const SYNC_COUNT = 50
const BLOCK_BYTES = 4096

/** Writes and syncs in the folder that journals go to, and measures the median of `fdatasync`. */
export async function checkDisk(name: string, directory: string): Promise<Finding> {
  let probe: string | undefined
  try {
    probe = await mkdtemp(join(nearestExisting(directory), '.doctor-'))
    const median_ms = await medianSyncMs(join(probe, 'probe'))
    const state = existsSync(directory) ? 'is writable' : 'can be made'
    return well(name, `${directory} ${state}, fdatasync p50 ${median_ms.toFixed(2)} ms`)
  } catch (error) {
    const remedy = 'Free space, correct its owner and mode, or configure another folder.'
    return faulty(name, `${directory} cannot be written: ${(error as Error).message}`, remedy)
  } finally {
    if (probe !== undefined) await rm(probe, { recursive: true, force: true })
  }
}

/** The folder itself, or the parent in which it would be made. */
function nearestExisting(directory: string): string {
  return existsSync(directory) ? directory : nearestExisting(dirname(directory))
}

async function medianSyncMs(path: string): Promise<number> {
  const file = await open(path, 'w')
  const block = Buffer.alloc(BLOCK_BYTES, 1)
  const spans_ms: number[] = []
  try {
    for (let i = 0; i < SYNC_COUNT; i++) {
      await file.write(block)
      const start_ms = performance.now()
      await file.datasync()
      spans_ms.push(performance.now() - start_ms)
    }
  } finally {
    await file.close()
  }
  return spans_ms.sort((a, b) => a - b)[Math.floor(SYNC_COUNT / 2)] ?? 0
}
