// One process per store. The engine itself locks its files; this lock comes first and names the holder.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'

export type StoreLock = { release(): void }

/** Takes `<directory>/lock`, over a dead holder too. A live holder is named in the error. */
export function acquireStoreLock(directory: string): StoreLock {
  const path = join(directory, 'lock')
  const mine = `${process.pid} ${startOf(process.pid) ?? '-'}\n`
  const draft = join(directory, `lock.${process.pid}`)
  try {
    mkdirSync(directory, { recursive: true })
    writeFileSync(draft, mine)
  } catch (error) {
    throw notWritable(directory, error as NodeJS.ErrnoException)
  }
  try {
    while (!linked(draft, path)) takeAside(directory, path)
  } finally {
    rmSync(draft, { force: true })
  }
  return { release: () => releaseIfMine(path, mine) }
}

export function storeLocked(directory: string, pid: number | undefined, cause?: unknown): OperatingError {
  return new OperatingError({
    code: 'store.locked',
    reason: 'unavailable',
    what: `The tick store is held by ${pid === undefined ? 'another process' : `process ${pid}`}.`,
    where: directory,
    remedy: 'Wait until that process ends, stop it, or use another store directory.',
    cause,
  })
}

function notWritable(directory: string, cause: NodeJS.ErrnoException): OperatingError {
  return new OperatingError({
    code: 'store.not_writable',
    reason: 'unavailable',
    what: `The tick store cannot be opened: its folder cannot be made or written (${cause.code}).`,
    where: directory,
    remedy: 'Name another directory, correct the owner and mode of this one, or free space on its disk.',
    cause,
  })
}

/** The pid in a lock file, when its process still runs. */
export function holderOf(directory: string): number | undefined {
  const holder = readLock(join(directory, 'lock'))
  return holder !== undefined && isAlive(holder) ? Number(holder.split(' ')[0]) : undefined
}

/** Moves a dead holder's lock away, or throws naming the live one. */
function takeAside(directory: string, path: string): void {
  const holder = readLock(path)
  if (holder === undefined) return
  if (isAlive(holder)) throw storeLocked(directory, Number(holder.split(' ')[0]))
  // A rename takes whatever is there now. If another opener was faster, its fresh lock goes back unharmed.
  const aside = join(directory, `lock.dead.${process.pid}`)
  if (!moved(path, aside)) return
  if (readLock(aside) !== holder) linked(aside, path)
  rmSync(aside, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Where the store's folder is a file nobody holds it; opening it says what is wrong.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

function releaseIfMine(path: string, mine: string): void {
  if (readLock(path) === mine) rmSync(path)
}

/** A pid is reused after its process; the start time tells the two apart where the system shows it. */
function isAlive(holder: string): boolean {
  const [pid, start] = holder.trim().split(' ')
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const startNow = startOf(Number(pid))
  return start === '-' || startNow === undefined || startNow === start
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? 'ended' : fields[18]
  } catch {
    return undefined // Not Linux, or the process has just ended: the pid alone decides.
  }
}
