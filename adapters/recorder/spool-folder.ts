// The folder a raw tape is spooled to: one file a batch, named by epoch and number, so that their names sort as they
// were written. A file is there whole or not at all. The newest of each epoch stays: it says how far the tape has come.

import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'
import { makeFolders } from '../journal-file/make-folders.ts'
import { decodeTapeBatch, encodeTapeBatch, type TapeBatch, type TapeHead } from './tape-batch.ts'

const NAME = /^(\d{8})-(\d{10})\.tape$/

export type SpoolFile = { readonly path: string; readonly epoch: number; readonly number: number }

/** The batches in the folder, oldest first. A folder that is not there has none. */
export async function spoolFiles(directory: string): Promise<SpoolFile[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.sort().flatMap((name) => {
    const match = NAME.exec(name)
    if (match === null) return []
    return [{ path: join(directory, name), epoch: Number(match[1]), number: Number(match[2]) }]
  })
}

/** Those of `files` that may go once their rows are safe elsewhere: all but the newest of each epoch. */
export function passedFiles(files: readonly SpoolFile[]): SpoolFile[] {
  return files.filter(({ epoch }, i) => files[i + 1]?.epoch === epoch)
}

/** Whether a file can be named for it: another would be looked at by nobody, and lie there for ever. */
export function isSpoolable({ epoch, number }: Pick<TapeHead, 'epoch' | 'number'>): boolean {
  return epoch >= 1 && epoch < 1e8 && number >= 1 && number < 1e10
}

/** Writes a batch durably. */
export async function writeSpoolFile(directory: string, batch: TapeBatch): Promise<string> {
  await makeFolders(directory)
  const { epoch, number } = batch.head
  const name = `${String(epoch).padStart(8, '0')}-${String(number).padStart(10, '0')}.tape`
  const draft = join(directory, `${name}.draft`)
  await writeDurably(draft, encodeTapeBatch(batch))
  await rename(draft, join(directory, name))
  await syncFolder(directory)
  return join(directory, name)
}

export async function readSpoolFile(path: string): Promise<TapeBatch> {
  const batch = decodeTapeBatch(await readFile(path))
  if (typeof batch !== 'string') return batch
  throw new OperatingError({
    code: 'recorder.damaged_file',
    reason: 'data',
    what: `A file of the raw tape cannot be read: ${batch}.`,
    where: path,
    remedy: 'Move the file away to go on without its rows; the session itself does not need it.',
  })
}

export async function removeSpoolFiles(files: readonly SpoolFile[]): Promise<void> {
  for (const { path } of files) await rm(path, { force: true })
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
