// How other commands reach a running session: a local socket that takes one JSON object, ended by a line end, and answers
// with one. The socket lies in a folder of its own that only its user may enter; the session's folder says where.

import { once } from 'node:events'
import { lstat, mkdtemp, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { FrameLines } from '../../engine/wire/frame-lines.ts'
import { type ExitReason, OperatingError } from '../../schemas/operating-error.ts'

export type ControlRequest = { readonly command: string; readonly [option: string]: unknown }
export type ControlAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly code: string
      readonly what: string
      readonly reason: ExitReason
      readonly remedy: string
    }
export type ControlHandler = (request: ControlRequest) => Promise<unknown>

const FILE = 'control.json'
const DIRECTORY = join(tmpdir(), 'orrery-')
const REQUEST_BYTES_MAX = 64 * 1024
/** Within this a session that turns has said how it stands. */
export const STATUS_TIMEOUT_MS = 5_000

/** Listens until the returned function is called. */
export async function listenForControl(folder: string, handle: ControlHandler): Promise<() => Promise<void>> {
  // A path under the session's folder may be longer than a socket's name can be.
  const directory = await mkdtemp(DIRECTORY)
  const socket = join(directory, 'control')
  const open = new Set<Socket>()
  const server = createServer((connection) => {
    open.add(connection)
    connection.once('close', () => open.delete(connection))
    serve(connection, handle)
  })
  await listening(server, socket)
  const file = join(folder, FILE)
  const before = parseWhereabouts((await whereaboutsIn(file)) ?? 'null')
  // Whoever looks meanwhile, or after a power loss, finds the whole of it or nothing.
  const whereabouts = `${JSON.stringify({ pid: process.pid, socket } satisfies Whereabouts)}\n`
  await writeFile(`${file}.draft`, whereabouts, { flush: true })
  await rename(`${file}.draft`, file)
  if (before !== undefined) await clearAway(before)
  return async () => {
    // An answer that was found a moment ago leaves first.
    await turn()
    for (const connection of open) connection.destroy()
    await new Promise((resolve) => server.close(resolve))
    // Whoever was started meanwhile is reached elsewhere.
    if ((await whereaboutsIn(file)) === whereabouts) await rm(file, { force: true })
    await rm(directory, { recursive: true, force: true })
  }
}

/**
 * Asks the session that runs in a folder; undefined where none runs.
 *
 * @param timeout_ms undefined waits as long as it takes, since a session that is to stop answers when it has.
 */
export async function askSession(
  folder: string,
  request: ControlRequest,
  timeout_ms: number | undefined,
): Promise<unknown> {
  const at = await whereabouts(folder)
  if (at === undefined) return undefined
  const answer = await exchange(at, folder, request, timeout_ms)
  if (answer === undefined) return undefined
  if (answer.ok) return answer.value
  const { code, reason, what, remedy } = answer
  throw new OperatingError({ code, reason, what, where: folder, remedy })
}

/** What a session that was killed left behind; in a copy of a folder the one that it names may run. */
async function clearAway({ socket }: Whereabouts): Promise<void> {
  if (!socket.startsWith(DIRECTORY)) return
  try {
    if (!(await lstat(socket)).isSocket() || (await isHeard(socket))) return
    await rm(socket)
    await rmdir(dirname(socket))
  } catch {
    // It is in nobody's way.
  }
}

async function isHeard(socket: string): Promise<boolean> {
  const connection = createConnection(socket)
  try {
    await once(connection, 'connect')
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ECONNREFUSED'
  } finally {
    connection.destroy()
  }
}

type Whereabouts = { readonly pid: number; readonly socket: string }

async function whereabouts(folder: string): Promise<Whereabouts | undefined> {
  const file = join(folder, FILE)
  try {
    const text = await whereaboutsIn(file)
    return text === undefined ? undefined : (parseWhereabouts(text) ?? unreadableText(file, text))
  } catch (error) {
    if (error instanceof OperatingError) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    if (REFUSED.includes(code)) throw otherUser(folder, error)
    throw unreadable(file, `It cannot be read: ${code}`, error)
  }
}

/** Undefined where there is none. */
async function whereaboutsIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function parseWhereabouts(text: string): Whereabouts | undefined {
  try {
    const found = JSON.parse(text) as Partial<Whereabouts> | null
    const { pid, socket } = found ?? {}
    return typeof pid === 'number' && typeof socket === 'string' ? { pid, socket } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function exchange(
  { pid, socket }: Whereabouts,
  folder: string,
  request: ControlRequest,
  timeout_ms: number | undefined,
): Promise<ControlAnswer | undefined> {
  const connection = createConnection(socket)
  connection.setTimeout(timeout_ms ?? 0, () => connection.destroy(noAnswer(folder, pid)))
  connection.write(`${JSON.stringify(request)}\n`)
  try {
    const line = await text(connection)
    // A session that was killed meanwhile has said half of it or nothing.
    return line.endsWith('\n') ? (JSON.parse(line) as ControlAnswer) : undefined
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    // The process is gone, its files may not be: a kill leaves them behind.
    if (GONE.includes(code)) return undefined
    if (REFUSED.includes(code)) throw otherUser(folder, error)
    throw error
  }
}

const GONE: readonly string[] = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']
const REFUSED: readonly string[] = ['EACCES', 'EPERM']

/** One question a connection: no more is read before it has its answer. */
function serve(connection: Socket, handle: ControlHandler): void {
  const lines = new FrameLines(REQUEST_BYTES_MAX)
  // The other side is a command that may be interrupted at any time.
  connection.on('error', () => connection.destroy())
  connection.on('data', (bytes: Buffer) => {
    const requests = lines.push(bytes)
    if (requests === undefined) connection.destroy()
    const line = requests?.[0]
    if (line === undefined) return
    connection.pause()
    answer(line, handle).then(
      (text) => connection.end(`${text}\n`),
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
    const reason = isOurs ? error.reason : 'usage'
    const remedy = (isOurs ? error.remedy : undefined) ?? 'Correct the request.'
    return JSON.stringify({ ok: false, code, what, reason, remedy } satisfies ControlAnswer)
  }
}

function listening(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, () => resolve())
  })
}

function noAnswer(folder: string, pid: number): OperatingError {
  return new OperatingError({
    code: 'session.no_answer',
    reason: 'unavailable',
    what: `The session does not answer, though its process ${pid} is there.`,
    where: folder,
    remedy: 'See whether the process was stopped (SIGSTOP) or its disk stands still, then ask again.',
  })
}

/** Whether it runs is not known. */
export function otherUser(folder: string, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'session.other_user',
    reason: 'unavailable',
    what: 'The session is of another user, and answers to that user alone.',
    where: folder,
    remedy: 'Give the command as that user.',
    cause,
  })
}

function unreadableText(file: string, text: string): never {
  throw unreadable(file, text.trim() === '' ? 'It is empty' : 'It does not say where', undefined)
}

function unreadable(file: string, how: string, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'session.control_unreadable',
    reason: 'unavailable',
    what: `The file that says where the session is reached tells nothing. ${how}.`,
    where: file,
    remedy:
      'If the session runs, end it with Ctrl-C or SIGTERM, which it takes as orrery stop; if not, remove the file, or start the session, which writes it anew.',
    cause,
  })
}
