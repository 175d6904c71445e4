// A process to be killed: opens the journal at argv[2], starts the next epoch, appends and commits without end, and
// prints each acknowledged lsn.

import { writeSync } from 'node:fs'
import type { JournalDurability } from '../../engine/journal-port.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { openFileJournal } from './file-journal.ts'

/** The payload of a record, known to whoever reads it back. */
export function payloadOf(epoch: number, lsn: number): Uint8Array {
  return Uint8Array.from({ length: (epoch * 31 + lsn * 17) % 250 }, (_, i) => epoch + lsn + i)
}

async function main(directory: string, durability: JournalDurability): Promise<never> {
  const journal = await openFileJournal({ directory, segment_bytes_max: 100_000, batch_bytes_max: 4_000 })
  const epoch = (journal.epochs.at(-1)?.epoch ?? 0) + 1
  const writer = await journal.openEpoch({
    epoch,
    header: new Uint8Array(),
    base: new Uint8Array(),
    durability,
  })
  print(`${epoch} -1`)
  for (let lsn = 0; ; ) {
    for (let count = 1 + (lsn % 70); count > 0; count--) {
      writer.append(RECORD_KIND.input, payloadOf(epoch, lsn))
      lsn += 1
    }
    if (durability === 'local') await writer.commit()
    print(`${epoch} ${writer.durable_lsn}`)
  }
}

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

const [, , directory, durability] = process.argv
if (import.meta.main && directory !== undefined)
  await main(directory, durability === 'deferred' ? 'deferred' : 'local')
