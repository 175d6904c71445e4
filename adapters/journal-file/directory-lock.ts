// One process per directory. The lock is the operating system's, taken through SQLite: the kernel drops it when its
// holder dies, so it is never stale, cannot be taken over from a live process, and does not confuse a reused pid or
// the pids of another container with the holder's. The file's one row names the holder to whoever is refused, and the command
// where it is one that goes on with nothing.

import { accessSync, constants, existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { journalLocked, openingFault } from './journal-errors.ts'

const FILE_NAME = 'lock'
const SQLITE_BUSY = 5
/** Whoever only looks who holds a directory has the lock for a moment. */
const LOOK_MS = 50

/** @property command that holds a directory to read or pack what is there; undefined where the holder goes on with it. */
export type DirectoryHolder = { readonly words: string; readonly command: string | undefined }

/** Takes the directory or refuses with `journal.locked` and the holder's pid; returns what lets go of it. */
export function lockDirectory(directory: string, command?: string): () => void {
  const database = new DatabaseSync(`${directory}/${FILE_NAME}`, { timeout: LOOK_MS })
  try {
    // The row must be committed to be seen by others, and a commit ends the lock: it is taken twice.
    database.exec('BEGIN IMMEDIATE')
    // Made anew: builds before this one made it without the command.
    database.exec('DROP TABLE IF EXISTS holder')
    database.exec('CREATE TABLE holder (pid INTEGER, started TEXT, command TEXT)')
    const started = new Date(performance.timeOrigin).toISOString()
    database.prepare('INSERT INTO holder VALUES (?, ?, ?)').run(process.pid, started, command ?? null)
    database.exec('COMMIT')
    database.exec('BEGIN IMMEDIATE')
    return () => database.close()
  } catch (error) {
    const holder = isBusy(error) ? holderOf(database) : undefined
    database.close()
    throw holder === undefined ? error : journalLocked(directory, holder.words)
  }
}

/**
 * Who holds a directory; undefined where nobody does. Nothing is changed, and whoever takes it meanwhile waits a
 * moment. Refuses with `journal.not_writable` where the lock cannot be tried.
 */
export function directoryHolder(directory: string): DirectoryHolder | undefined {
  const file = `${directory}/${FILE_NAME}`
  if (!existsSync(file)) return undefined
  try {
    // SQLite would open it for reading alone, and find the lock free.
    accessSync(file, constants.W_OK)
    const database = new DatabaseSync(file, { timeout: 0 })
    try {
      database.exec('BEGIN IMMEDIATE')
      return undefined
    } catch (error) {
      if (!isBusy(error)) throw error
      return holderOf(database)
    } finally {
      database.close()
    }
  } catch (error) {
    throw openingFault(error, directory)
  }
}

function holderOf(database: DatabaseSync): DirectoryHolder {
  try {
    const row = database.prepare('SELECT * FROM holder').get()
    if (row !== undefined) return holderIn(row)
  } catch (error) {
    // The holder is writing its row at this very moment.
    if (!isBusy(error) && !isMissingTable(error)) throw error
  }
  return { words: 'a process that is just starting', command: undefined }
}

function holderIn({ pid, started, command }: Readonly<Record<string, unknown>>): DirectoryHolder {
  const process = `process ${pid}, started ${started}`
  return typeof command === 'string'
    ? { words: `${command}, ${process}`, command }
    : { words: process, command: undefined }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function isMissingTable(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no such table')
}
