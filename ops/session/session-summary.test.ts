import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OperatingError } from '../../schemas/operating-error.ts'
import { listenForControl } from '../live/control-socket.ts'
import { listSessions } from './session-summary.ts'

test('a session that does not say how it stands is named with its code, and keeps no other off the list', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-summary-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const folder = join(directory, 'silent')
  await mkdir(join(folder, 'journal'), { recursive: true })
  const what = 'The session does not answer.'
  const remedy = 'Ask again.'
  const silent = new OperatingError({ code: 'session.no_answer', reason: 'unavailable', what, remedy })
  onTestFinished(await listenForControl(folder, () => Promise.reject(silent)))
  expect(await listSessions(directory)).toEqual({
    sessions: [],
    unreadable: [{ folder: 'silent', code: 'session.no_answer', what, where: folder, remedy }],
  })
})
