// A paper session in a process of its own, killed with -9 once it has journaled enough.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { askSession, STATUS_TIMEOUT_MS } from '../live/control-socket.ts'
import type { SessionStatus } from '../live/session-status.ts'

const COMMAND = fileURLToPath(new URL('../../bin/orrery', import.meta.url))

/** Returns how many inputs it had journaled when it was last asked. */
export async function killedSession(path: string, folder: string, inputs: number): Promise<number> {
  const child = spawn(COMMAND, ['paper', path], { stdio: 'ignore' })
  let journaled = 0
  while (journaled < inputs && child.exitCode === null) {
    await wait(50)
    const status = (await askSession(
      join(folder, 'runs', 'bench'),
      { command: 'status' },
      STATUS_TIMEOUT_MS,
    )) as SessionStatus | undefined
    journaled = status?.inputs ?? 0
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  return journaled
}
