import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { askSession, listenForControl } from './control-socket.ts'

test('a question is answered, and an error is the caller’s', async () => {
  const folder = await sessionFolder()
  const close = await listenForControl(folder, async ({ command }) => {
    if (command !== 'status') throw new Error('no such thing')
    return { inputs: 7 }
  })
  expect(await askSession(folder, { command: 'status' }, undefined)).toEqual({ inputs: 7 })
  await expect(askSession(folder, { command: 'other' }, undefined)).rejects.toMatchObject({
    code: 'control.bad_request',
  })
  await close()
  expect(await askSession(folder, { command: 'status' }, undefined)).toBeUndefined()
})

test('a session that stands still is told as such, with its process', async () => {
  const folder = await sessionFolder()
  const close = await listenForControl(folder, () => new Promise(() => {}))
  onTestFinished(close)
  await expect(askSession(folder, { command: 'status' }, 50)).rejects.toMatchObject({
    code: 'session.no_answer',
    what: `The session does not answer, though its process ${process.pid} is there.`,
  })
})

test('a command that is interrupted before its answer costs the session nothing', async () => {
  const folder = await sessionFolder()
  const isAnswering = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const close = await listenForControl(folder, async ({ command }) => {
    if (command === 'first') {
      isAnswering.resolve()
      await goOn.promise
    }
    return 'x'.repeat(4_000_000)
  })
  onTestFinished(close)
  const connection = createConnection(await socketOf(folder))
  connection.write('{"command":"first"}\n')
  await isAnswering.promise
  connection.destroy()
  await once(connection, 'close')
  goOn.resolve()
  expect(await askSession(folder, { command: 'second' }, undefined)).toHaveLength(4_000_000)
})

test('where a session was killed, none runs, whatever it left behind', async () => {
  const folder = await sessionFolder()
  const socket = join(folder, 'control')
  await writeFile(join(folder, 'control.json'), JSON.stringify({ pid: 1, socket }))
  expect(await askSession(folder, { command: 'status' }, undefined)).toBeUndefined()
  // Nobody listens there, which is what a killed process leaves of its socket.
  await writeFile(socket, '')
  expect(await askSession(folder, { command: 'status' }, undefined)).toBeUndefined()
})

test('who comes behind a killed session clears away its socket, and no file that is none', async () => {
  const folder = await sessionFolder()
  const left = await leftSocket()
  const other = join(folder, 'control')
  await writeFile(other, '')
  for (const socket of [left, other]) {
    await writeFile(join(folder, 'control.json'), JSON.stringify({ pid: 1, socket }))
    const close = await listenForControl(folder, () => Promise.resolve('here'))
    expect(await askSession(folder, { command: 'status' }, undefined)).toBe('here')
    await close()
  }
  expect((await stat(other)).isFile()).toBe(true)
  await expect(stat(dirname(left))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('who comes up in a copy of the folder of a running session leaves that one its socket', async () => {
  const running = await sessionFolder()
  const copy = await sessionFolder()
  onTestFinished(await listenForControl(running, () => Promise.resolve('first')))
  await copyFile(join(running, 'control.json'), join(copy, 'control.json'))
  onTestFinished(await listenForControl(copy, () => Promise.resolve('second')))
  expect(await askSession(running, { command: 'status' }, undefined)).toBe('first')
})

test.each([
  ['empty', '', 'It is empty.'],
  ['cut off', '{"pid":1,"sock', 'It does not say where.'],
  ['of another kind', '[]', 'It does not say where.'],
  ['nothing', 'null', 'It does not say where.'],
])('a file of whereabouts that is %s is told as such, with the way on', async (_, text, how) => {
  const folder = await sessionFolder()
  const file = join(folder, 'control.json')
  await writeFile(file, text)
  await expect(askSession(folder, { command: 'status' }, undefined)).rejects.toMatchObject({
    code: 'session.control_unreadable',
    reason: 'unavailable',
    what: `The file that says where the session is reached tells nothing. ${how}`,
    where: file,
    remedy: expect.stringContaining('remove the file'),
  })
})

test('what is no question, or too long for one, ends its connection and nothing else', async () => {
  const folder = await sessionFolder()
  const close = await listenForControl(folder, () => Promise.resolve('here'))
  onTestFinished(close)
  for (const bytes of [new Uint8Array(70_000), new Uint8Array([0xff, 0x0a])]) {
    const connection = createConnection(await socketOf(folder))
    const closed = new Promise((resolve) => connection.once('error', resolve).once('close', resolve))
    connection.write(bytes)
    await closed
  }
  expect(await askSession(folder, { command: 'status' }, undefined)).toBe('here')
})

/** The socket of a process that was killed. */
async function leftSocket(): Promise<string> {
  const socket = join(await mkdtemp(join(tmpdir(), 'orrery-')), 'control')
  const listen = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`
  const [, signal] = await once(spawn(process.execPath, ['-e', listen]), 'exit')
  expect([signal, (await stat(socket)).isSocket()]).toEqual(['SIGKILL', true])
  return socket
}

async function sessionFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-control-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function socketOf(folder: string): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'control.json'), 'utf8')) as { socket: string }).socket
}
