// Where a session lives: `<journal.directory>/<session>`, with its journal, and beside it what other processes need. Each
// of several nodes has such a folder inside that one, under its own name.

import { accessSync, constants, type Dirent, existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { epochNumbers } from '../../adapters/journal-file/journal-paths.ts'
import { makeFolders } from '../../adapters/journal-file/make-folders.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** Where sessions are looked for that are named and not given as a folder. */
export const SESSIONS_DEFAULT = './runs'

/** @param node_id of one of several nodes; undefined where one hosts all. */
export function sessionFolder(
  { journal, session }: Pick<Config, 'journal' | 'session'>,
  node_id: string | undefined,
): string {
  return node_id === undefined ? join(journal.directory, session) : join(journal.directory, session, node_id)
}

export function sessionJournal(folder: string): string {
  return join(folder, 'journal')
}

/** The simulated exchange's own ledger, where it runs in the node's process. */
export function exchangeLedger(folder: string): string {
  return join(folder, 'exchange')
}

/** Batches of the raw tape on their way to the recorder. */
export function sessionTape(folder: string): string {
  return join(folder, 'tape')
}

export async function makeSessionFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder)
  } catch (error) {
    throw new OperatingError({
      code: 'session.folder_not_writable',
      reason: 'unavailable',
      what: `The folder of the session cannot be made: ${(error as NodeJS.ErrnoException).code}.`,
      where: folder,
      remedy: 'Correct the owner and mode of its parent, or name another with journal.directory.',
      cause: error,
    })
  }
}

/** The folder of a session, or of one of its nodes, given by its folder or by its name: `first`, `first/trading`. */
export async function findSession(given: string): Promise<string> {
  return (await foundSession(given)) ?? notFound(given)
}

/** Undefined where there is none; several are refused. */
export async function foundSession(given: string): Promise<string | undefined> {
  const [folder, ...others] = await nodeFolders(given)
  if (folder !== undefined && others.length > 0) throw severalNodes(given, [folder, ...others])
  return folder
}

/** The folder of who has the market of a session: the session, or an exchange in a process of its own by its ledger. */
export async function findMarket(given: string): Promise<string> {
  return (await foundSession(given)) ?? (await foundLedger(given)) ?? notFound(given)
}

/** The folder of a ledger, which has its epochs in it; undefined where there is none. */
export async function foundLedger(given: string): Promise<string | undefined> {
  for (const folder of candidatesOf(given))
    if (epochNumbers((await entriesOf(folder)).map(({ name }) => name)).length > 0) return folder
  return undefined
}

/** The folders of all nodes of a session, one where it has but one. */
export async function findNodes(given: string): Promise<string[]> {
  const folders = await nodeFolders(given)
  return folders.length > 0 ? folders : notFound(given)
}

/**
 * Every folder under `directory` that holds the journal of a session, or of a node of one, and those of which that cannot
 * be seen: whoever asks them is told why.
 */
export async function sessionFolders(directory: string): Promise<string[]> {
  const found = await foldersIn(directory)
  for (const entry of await entriesOf(directory)) {
    const folder = join(directory, entry.name)
    if (!entry.isDirectory() || found.includes(folder)) continue
    found.push(...(mayBeListed(folder) ? await foldersIn(folder) : [folder]))
  }
  return found.sort()
}

async function foldersIn(directory: string): Promise<string[]> {
  return (await entriesOf(directory))
    .filter((entry) => entry.isDirectory() && existsSync(sessionJournal(join(directory, entry.name))))
    .map((entry) => join(directory, entry.name))
    .sort()
}

/** None where there is no such folder. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw new OperatingError({
      code: 'session.folder_not_readable',
      reason: 'unavailable',
      what: `The folder cannot be listed: ${code}.`,
      where: directory,
      remedy: 'Correct its owner and mode, or give the command as its owner.',
      cause: error,
    })
  }
}

function mayBeListed(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

async function nodeFolders(given: string): Promise<string[]> {
  for (const folder of candidatesOf(given)) {
    if (existsSync(sessionJournal(folder))) return [folder]
    const nodes = await foldersIn(folder)
    if (nodes.length > 0) return nodes
  }
  return []
}

/** Where a name or a folder may mean. */
export function candidatesOf(given: string): string[] {
  return [resolve(given), resolve(SESSIONS_DEFAULT, given)]
}

function severalNodes(given: string, folders: readonly string[]): OperatingError {
  return new OperatingError({
    code: 'session.several_nodes',
    reason: 'usage',
    what: `There are ${folders.length} journals, one for each node.`,
    where: given,
    remedy: `Name one of them: ${folders.map((folder) => join(given, basename(folder))).join(', ')}.`,
  })
}

function notFound(given: string): never {
  throw new OperatingError({
    code: 'session.not_found',
    reason: 'usage',
    what: 'There is no session of that name or in that folder.',
    where: candidatesOf(given).join(', '),
    remedy: 'Name the folder that orrery paper printed; orrery sessions lists those under ./runs.',
  })
}
