// The snapshots of an epoch: files beside its segments, each a state and the record it was behind. They are caches, written
// beside whoever writes the journal: one that is not whole was never one, and is passed over.

import { sameBytes } from '../../engine/journal/parse-batch.ts'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import type { EpochSnapshot } from '../../engine/journal-port.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import { snapshotLsns, snapshotPath, unfinishedSnapshotPath } from './journal-paths.ts'

/** The one before the newest stands in for it where that is damaged. */
const SNAPSHOTS_KEPT = 2

const MAGIC = 0x534d524f // "ORMS"
const VERSION = 1
const DIGEST_SIZE = 32
/** Magic and version, lsn, digest of both and of the state. */
const DIGEST_OFFSET = 16
const STATE_OFFSET = DIGEST_OFFSET + DIGEST_SIZE

/** Durable when it resolves; visible by one rename. */
export async function writeSnapshot(
  fs: JournalFs,
  epoch_directory: string,
  { lsn, state }: EpochSnapshot,
): Promise<void> {
  const unfinished = unfinishedSnapshotPath(epoch_directory)
  // What a writer left that ended in the middle.
  await fs.remove(unfinished)
  const file = fs.create(unfinished)
  try {
    await file.write(bytesOf(lsn, state), 0)
    await file.fdatasync()
  } finally {
    await file.close()
  }
  await fs.rename(unfinished, snapshotPath(epoch_directory, lsn))
  await fs.fsyncDirectory(epoch_directory)
  const old = snapshotLsns(await fs.list(epoch_directory)).slice(0, -SNAPSHOTS_KEPT)
  for (const passed of old) await fs.remove(snapshotPath(epoch_directory, passed))
}

/** Those behind `last_lsn` or before it, oldest first. */
export async function readSnapshots(
  fs: JournalFs,
  epoch_directory: string,
  last_lsn: number,
): Promise<EpochSnapshot[]> {
  const snapshots: EpochSnapshot[] = []
  for (const lsn of snapshotLsns(await fs.list(epoch_directory))) {
    if (lsn > last_lsn) continue
    const state = await readState(fs, snapshotPath(epoch_directory, lsn), lsn)
    if (state !== undefined) snapshots.push({ lsn, state })
  }
  return snapshots
}

async function readState(fs: JournalFs, path: string, lsn: number): Promise<Uint8Array | undefined> {
  const file = await openIfThere(fs, path)
  if (file === undefined) return undefined
  try {
    const bytes = new Uint8Array(await file.size())
    await file.read(bytes, 0)
    const state = bytes.subarray(STATE_OFFSET)
    return sameBytes(bytes, bytesOf(lsn, state)) ? state : undefined
  } finally {
    await file.close()
  }
}

/** Whoever follows the epoch may have taken it away since it was listed: there is a newer one then. */
async function openIfThere(fs: JournalFs, path: string): Promise<JournalFile | undefined> {
  try {
    return await fs.open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function bytesOf(lsn: number, state: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(STATE_OFFSET + state.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, VERSION, true)
  view.setFloat64(8, lsn, true)
  bytes.set(state, STATE_OFFSET)
  bytes.set(nodeSha256.digest(bytes.subarray(0, DIGEST_OFFSET), state), DIGEST_OFFSET)
  return bytes
}
