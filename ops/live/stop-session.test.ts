import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { sessionStatus } from '../session/session-statuses.ts'
import { askSession, listenForControl } from './control-socket.ts'
import { SessionDesk } from './session-desk.ts'
import { stopSession } from './stop-session.ts'

const HELD = expect.stringContaining(`held by process ${process.pid}, started `)

test('where nobody holds the journal nothing runs, and the lock is left as it was', async () => {
  const { folder, directory } = await session()
  expect(await stopSession(folder, 'keep')).toBeUndefined()
  await (await openFileJournal({ directory })).close()
  expect(await stopSession(folder, 'keep')).toBeUndefined()
  await (await openFileJournal({ directory })).close()
})

test('a session that still reads its journal is waited for, and then told', async () => {
  const { folder, directory } = await session()
  const journal = await openFileJournal({ directory })
  onTestFinished(() => journal.close())
  const stopping = stopSession(folder, 'keep')
  const desk = new SessionDesk()
  onTestFinished(() => desk.close())
  await desk.hold(folder, 'starting')
  expect(await desk.end.promise).toEqual({ by: 'orrery stop', on_stop: 'keep' })
  await expect(askSession(folder, { command: 'status' }, undefined)).rejects.toMatchObject({
    code: 'session.starting',
  })
  // It comes up, and is stopped like every other.
  desk.open(() => Promise.resolve('up'))
  expect(await askSession(folder, { command: 'status' }, undefined)).toBe('up')
  desk.ended.resolve({ open_orders: 2, held_orders: 0 })
  expect(await stopping).toEqual({ open_orders: 2, held_orders: 0 })
})

test('a standby is told, and says that it stood by', async () => {
  const { folder } = await session()
  const desk = new SessionDesk()
  onTestFinished(() => desk.close())
  await desk.hold(folder, 'standing_by')
  await expect(askSession(folder, { command: 'status' }, undefined)).rejects.toMatchObject({
    code: 'session.standing_by',
    where: folder,
  })
  const stopping = stopSession(folder, undefined)
  await desk.end.promise
  const was = desk.endedBefore(desk.signal.reason)
  expect([desk.signal.aborted, was, desk.endedBefore(new Error('another'))]).toEqual([
    true,
    'standing_by',
    undefined,
  ])
  desk.ended.resolve({ was: 'standing_by' })
  expect(await stopping).toEqual({ was: 'standing_by' })
})

test('a start that fails after it was told to stop says why, and not that it was stopped', async () => {
  const { folder } = await session()
  const desk = new SessionDesk()
  await desk.hold(folder, 'starting')
  const stopping = stopSession(folder, undefined)
  await desk.end.promise
  const told = expect(stopping).rejects.toMatchObject({ what: expect.stringContaining('no strategy') })
  desk.ended.reject(new Error('no strategy'))
  await desk.close()
  await told
})

test('who holds the journal and answers nothing is named, and nothing is called stopped', async () => {
  const { folder, directory } = await session()
  const journal = await openFileJournal({ directory })
  onTestFinished(() => journal.close())
  await expect(stopSession(folder, undefined, 150)).rejects.toMatchObject({
    code: 'session.silent',
    reason: 'unavailable',
    what: HELD,
    where: folder,
  })
})

test('of a journal that a command reads it is said at once that no session runs, and who reads it', async () => {
  const { folder, directory } = await session()
  const journal = await openFileJournal({ directory, command: 'orrery verify' })
  onTestFinished(() => journal.close())
  await expect(stopSession(folder, undefined, Number.POSITIVE_INFINITY)).rejects.toMatchObject({
    code: 'session.held_by_command',
    what: expect.stringContaining(`held by orrery verify, process ${process.pid}, started `),
    where: folder,
  })
  expect(await sessionStatus(folder)).toBeUndefined()
})

test('a session that is gone before it said how it ended is not called stopped', async () => {
  const { folder } = await session()
  // Killed at the stop, it says nothing.
  const close = await listenForControl(folder, async ({ command }) => {
    if (command === 'status') return 'up'
    setImmediate(() => void close())
    return new Promise(() => {})
  })
  await expect(stopSession(folder, undefined)).rejects.toMatchObject({ code: 'session.ended_otherwise' })
})

async function session() {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-stop-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const directory = join(folder, 'journal')
  await mkdir(directory)
  return { folder, directory }
}

test('what fails while a session opens ends no process by itself, and is thrown once the session is asked', async () => {
  const desk = new SessionDesk()
  const failure = new Error('the lease is lost')
  desk.fail(failure)
  // A rejection that nobody takes is told behind a turn.
  await new Promise((resolve) => setImmediate(resolve))
  expect(() => desk.refuseFailed()).toThrow(failure)
  await expect(desk.end.promise).rejects.toBe(failure)
})
