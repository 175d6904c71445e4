import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryJournal, MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import { PowerLossFs } from '../../sim/faults/power-loss-fs.test-support.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { openFileJournal } from './file-journal.ts'
import { journalConformance } from './journal-conformance.test-support.ts'

/** Small limits, so that a test's records spread over many batches and segments. */
const LIMITS = { segment_bytes_max: 20_000, batch_bytes_max: 3_000, room_bytes: 8_000 }

journalConformance('the file journal on disk', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'journal-'))
  return {
    open: () => openFileJournal({ directory, ...LIMITS }),
    remove: () => rm(directory, { recursive: true }),
  }
})

journalConformance('the file journal on the power-loss disk', async () => {
  const fs = new PowerLossFs()
  return { open: () => openFileJournal({ directory: '/journal', fs, ...LIMITS }), remove: async () => {} }
})

journalConformance('the memory journal', async () => {
  const store = new MemoryJournalStore()
  return { open: async () => new MemoryJournal(nodeSha256, store), remove: async () => {} }
})
