import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config/config.ts'
import { sessionTape } from './session-folder.ts'
import { openSessionTape } from './session-tape.ts'

const CONFIG = {
  session: 'one',
  live: { record: true, recorder: 'beside', feeds: [] },
} as unknown as Config

test('[R18] a tape that cannot be written at the end is told, and the session ends as it would without it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-tape-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const codes: string[] = []
  const tapes = await openSessionTape({
    config: CONFIG,
    node: 'one',
    folder,
    journal: { epochs: [] } as never,
    instruments: [],
    clock: { now_us: () => 0, after: () => () => undefined } as never,
    bus: undefined,
    onAlert: ({ code }) => codes.push(code),
  })
  // Where its folder belongs stands something else.
  await writeFile(sessionTape(folder), '')
  await must(tapes, 'the session is recorded').close()
  expect(codes).toEqual(['recorder.spool_failed'])
})
