// How other commands reach a running session: a local socket that takes one JSON object a line and answers with one. The
// socket lies in a folder of its own that only its user may enter; the session's folder says where.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { OperatingError } from '../../schemas/operating-error.ts'

export type ControlRequest = { readonly command: string; readonly [option: string]: unknown }
export type ControlAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly what: string }
export type ControlHandler = (request: ControlRequest) => Promise<unknown>

const FILE = 'control.json'
const REQUEST_LENGTH_MAX = 64 * 1024

/** Listens until the returned function is called. */
export async function listenForControl(folder: string, handle: ControlHandler): Promise<() => Promise<void>> {
  // A path under the session's folder may be longer than a socket's name can be.
  const directory = await mkdtemp(join(tmpdir(), 'orrery-'))
  const socket = join(directory, 'control')
  const open = new Set<Socket>()
  const server = createServer((connection) => {
    open.add(connection)
    connection.once('close', () => open.delete(connection))
    serve(connection, handle)
  })
  await listening(server, socket)
  const file = join(folder, FILE)
  await writeFile(file, `${JSON.stringify({ pid: process.pid, socket })}\n`)
  return async () => {
    for (const connection of open) connection.destroy()
    await new Promise((resolve) => server.close(resolve))
    await rm(file, { force: true })
    await rm(directory, { recursive: true, force: true })
  }
}

/** Asks the session that runs in a folder; undefined where none runs. */
export async function askSession(folder: string, request: ControlRequest): Promise<unknown> {
  const at = await whereabouts(folder)
  if (at === undefined) return undefined
  const answer = await exchange(at.socket, request)
  if (answer === undefined) return undefined
  if (answer.ok) return answer.value
  throw new OperatingError({
    code: answer.code,
    reason: 'usage',
    what: answer.what,
    where: folder,
    remedy: 'Correct the request.',
  })
}

async function whereabouts(folder: string): Promise<{ pid: number; socket: string } | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, FILE), 'utf8')) as { pid: number; socket: string }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function exchange(socket: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socket)
    connection.once('error', (error: NodeJS.ErrnoException) => {
      // The process is gone, its files are not: a kill leaves them behind.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined)
      else reject(error)
    })
    connection.once('close', () => resolve(undefined))
    createInterface(connection).once('line', (line) => {
      resolve(JSON.parse(line) as ControlAnswer)
      connection.destroy()
    })
    connection.write(`${JSON.stringify(request)}\n`)
  })
}

function serve(connection: Socket, handle: ControlHandler): void {
  let length = 0
  connection.on('data', (bytes) => {
    length += bytes.length
    if (length > REQUEST_LENGTH_MAX) connection.destroy()
  })
  // The other side is a command that may be interrupted at any time.
  connection.on('error', () => connection.destroy())
  createInterface(connection).on('line', (line) => {
    answer(line, handle).then(
      (text) => connection.write(`${text}\n`),
      () => connection.destroy(),
    )
  })
}

async function answer(line: string, handle: ControlHandler): Promise<string> {
  try {
    const value = await handle(JSON.parse(line) as ControlRequest)
    return JSON.stringify({ ok: true, value: value ?? null } satisfies ControlAnswer)
  } catch (error) {
    const isOurs = error instanceof OperatingError
    const code = isOurs ? error.code : 'control.bad_request'
    const what = isOurs ? error.what : `The request cannot be carried out: ${(error as Error).message}`
    return JSON.stringify({ ok: false, code, what } satisfies ControlAnswer)
  }
}

function listening(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, () => resolve())
  })
}
