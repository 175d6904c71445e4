// One process per directory. The lock is the operating system's, taken through SQLite: the kernel drops it when its
// holder dies, so it is never stale, cannot be taken over from a live process, and does not confuse a reused pid or
// the pids of another container with the holder's. The file's one row names the holder to whoever is refused.

import { accessSync, constants, existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { journalLocked, openingFault } from './journal-errors.ts'

const FILE_NAME = 'lock'
const SQLITE_BUSY = 5
/** Whoever only looks who holds a directory has the lock for a moment. */
const LOOK_MS = 50

/** Takes the directory or refuses with `journal.locked` and the holder's pid; returns what lets go of it. */
export function lockDirectory(directory: string): () => void {
  const database = new DatabaseSync(`${directory}/${FILE_NAME}`, { timeout: LOOK_MS })
  try {
    // The row must be committed to be seen by others, and a commit ends the lock: it is taken twice.
    database.exec('BEGIN IMMEDIATE')
    database.exec('CREATE TABLE IF NOT EXISTS holder (pid INTEGER, started TEXT)')
    database.exec('DELETE FROM holder')
    const started = new Date(performance.timeOrigin).toISOString()
    database.prepare('INSERT INTO holder VALUES (?, ?)').run(process.pid, started)
    database.exec('COMMIT')
    database.exec('BEGIN IMMEDIATE')
    return () => database.close()
  } catch (error) {
    const holder = isBusy(error) ? holderOf(database) : undefined
    database.close()
    throw holder === undefined ? error : journalLocked(directory, holder)
  }
}

/**
 * Who holds a directory, in words; undefined where nobody does. Nothing is changed, and whoever takes it meanwhile waits a
 * moment. Refuses with `journal.not_writable` where the lock cannot be tried.
 */
export function directoryHolder(directory: string): string | undefined {
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

function holderOf(database: DatabaseSync): string {
  try {
    const row = database.prepare('SELECT pid, started FROM holder').get()
    if (row !== undefined) return `process ${row['pid']}, started ${row['started']}`
  } catch (error) {
    // The holder is writing its row at this very moment.
    if (!isBusy(error) && !isMissingTable(error)) throw error
  }
  return 'a process that is just starting'
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function isMissingTable(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('no such table')
}
