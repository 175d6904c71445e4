import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OperatingError } from '../../schemas/operating-error.ts'
import { listenForControl } from '../live/control-socket.ts'
import { sessionStatuses } from './session-statuses.ts'

test('a session that does not say how it stands is named with its code, and keeps no other from being shown', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-statuses-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const folders = ['silent', 'up', 'gone', 'torn'].map((name) => join(directory, name))
  const [silent = '', up = '', , torn = ''] = folders
  for (const folder of folders) await mkdir(folder)
  const what = 'The session does not answer.'
  const remedy = 'Ask again.'
  const refusal = new OperatingError({ code: 'session.no_answer', reason: 'unavailable', what, remedy })
  onTestFinished(await listenForControl(silent, () => Promise.reject(refusal)))
  onTestFinished(await listenForControl(up, () => Promise.resolve({ session: 'up' })))
  await writeFile(join(torn, 'control.json'), '')
  expect(await sessionStatuses(folders)).toEqual({
    sessions: [{ session: 'up' }],
    unanswered: [
      { folder: 'silent', code: 'session.no_answer', what, where: silent, remedy },
      {
        folder: 'torn',
        code: 'session.control_unreadable',
        what: expect.stringContaining('It is empty'),
        where: join(torn, 'control.json'),
        remedy: expect.stringContaining('remove the file'),
      },
    ],
  })
})
