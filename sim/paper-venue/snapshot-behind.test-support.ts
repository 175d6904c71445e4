// Leaves in a ledger what the thread beside a host leaves there: a snapshot of the books behind one of its records.

import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import { MemoryJournal, type MemoryJournalStore } from '../../engine/memory-journal.test-support.ts'
import type { RandomStream } from '../../engine/random-stream.ts'
import { must } from '../../schemas/assert.ts'
import { LedgerRetelling } from './ledger-retelling.ts'
import { NO_MODELS } from './venue-config.test-support.ts'

/** Of the last epoch of a ledger that nobody writes, behind a record that chance picks. Returns the inputs it has told. */
export async function snapshotBehind(store: MemoryJournalStore, random: RandomStream): Promise<number> {
  const journal = new MemoryJournal(nodeSha256, store)
  const epoch = must(journal.epochs.at(-1), 'a ledger has an epoch')
  const retelling = new LedgerRetelling(epoch, epoch.base, NO_MODELS)
  if (epoch.last_lsn < 0) return retelling.seq
  const lsn = random.nextInt(epoch.last_lsn + 1)
  for await (const record of journal.read(epoch.epoch)) if (record.lsn <= lsn) retelling.take(record)
  await journal.saveSnapshot(epoch.epoch, { lsn, state: retelling.state() })
  return retelling.seq
}
