// The server of a folder as a process: found, started apart from us, told to read its configuration again, ended.

import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { FolderPaths } from './installation-folder.ts'

const POLL_MS = 25
const START_TIMEOUT_MS = 20_000
/** The server closes its store before it goes. */
const STOP_TIMEOUT_MS = 20_000
const LOG_LINES_SHOWN = 5

/** The server's pid; undefined where it does not run. A pid that another program has by now is not taken for it. */
export async function runningServer({ pid: path, config }: FolderPaths): Promise<number | undefined> {
  if (!existsSync(path)) return undefined
  const pid = Number((await readFile(path, 'utf8')).trim())
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return (await argumentsOf(pid)).includes(config) ? pid : undefined
}

/** Starts it and waits until `isReady`. It outlives us. */
export async function startServer(
  binary: string,
  paths: FolderPaths,
  isReady: () => Promise<boolean>,
): Promise<number> {
  const child = spawn(binary, ['-c', paths.config], {
    cwd: paths.directory,
    detached: true,
    stdio: 'ignore',
  })
  let isGone = false
  child.once('exit', () => {
    isGone = true
  })
  child.unref()
  const deadline_ms = performance.now() + START_TIMEOUT_MS
  while (!(await isReady())) {
    if (isGone || performance.now() > deadline_ms) throw await startFailed(paths, isGone)
    await setTimeout(POLL_MS)
  }
  const pid = await runningServer(paths)
  if (pid === undefined) throw await startFailed(paths, isGone)
  return pid
}

/**
 * Has it read its configuration again, and resolves when its log says that it has. It is not asked: a connection made
 * while it reads may wait for its greeting in vain. Connections whose role is gone are dropped.
 */
export async function reloadServer(pid: number, paths: FolderPaths): Promise<void> {
  const { size } = await stat(paths.log)
  process.kill(pid, 'SIGHUP')
  const deadline_ms = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const said = (await readFile(paths.log)).subarray(size).toString()
    if (said.includes('Reloaded server configuration')) return
    if (said.includes('Failed to reload') || performance.now() > deadline_ms)
      throw await startFailed(paths, false)
    await setTimeout(POLL_MS)
  }
}

/** Ends it; resolves when it is gone. */
export async function stopServer(pid: number, paths: FolderPaths): Promise<void> {
  process.kill(pid, 'SIGTERM')
  const deadline_ms = performance.now() + STOP_TIMEOUT_MS
  while ((await argumentsOf(pid)).includes(paths.config)) {
    if (performance.now() > deadline_ms) throw stopFailed(pid, paths)
    await setTimeout(POLL_MS)
  }
}

/** The command line of a process, as text; '' where there is none. */
async function argumentsOf(pid: number): Promise<string> {
  try {
    return (await promisify(execFile)('ps', ['-o', 'args=', '-ww', '-p', String(pid)])).stdout
  } catch (error) {
    // ps ends with 1 where no such process is.
    if ((error as { code?: unknown }).code === 1) return ''
    throw error
  }
}

async function startFailed({ log }: FolderPaths, isGone: boolean): Promise<OperatingError> {
  const lines = existsSync(log) ? (await readFile(log, 'utf8')).trim().split('\n') : []
  const faults = lines.filter((line) => /\[(FTL|ERR)\]/.test(line))
  const said = (faults.length > 0 ? faults : lines).slice(-LOG_LINES_SHOWN).join('\n')
  return new OperatingError({
    code: 'nats.server_start_failed',
    reason: 'unavailable',
    what: `nats-server ${isGone ? 'ended' : 'did not answer'}: ${said === '' ? 'it logged nothing' : said}.`,
    where: log,
    remedy: 'If the port is taken, name another with --port.',
  })
}

function stopFailed(pid: number, { log }: FolderPaths): OperatingError {
  return new OperatingError({
    code: 'nats.server_stop_failed',
    reason: 'unavailable',
    what: `nats-server (process ${pid}) does not end.`,
    where: log,
    remedy: 'Look at its log; kill -9 loses nothing it acknowledged.',
  })
}
