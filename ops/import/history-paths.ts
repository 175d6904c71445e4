// Which files an import's arguments mean: files as they are, folders with everything below them.

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'

/** The files in the order of the arguments, those of a folder sorted by path. Only folders are sifted by `ending`. */
export async function historyPaths(args: readonly string[], ending: string): Promise<string[]> {
  const paths: string[] = []
  for (const arg of args) {
    const found = (await isFolder(arg)) ? await filesBelow(arg, ending) : [arg]
    if (found.length === 0) throw nothingBelow(arg, ending)
    paths.push(...found)
  }
  return [...new Set(paths)]
}

async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OperatingError({
      code: 'import.unreadable_file',
      reason: 'data',
      what: code === 'ENOENT' ? 'There is no such file or folder.' : `The file cannot be read: ${code}.`,
      where: path,
      remedy: 'Name a file or a folder that exists and can be read.',
      cause: error,
    })
  }
}

function nothingBelow(folder: string, ending: string): OperatingError {
  return new OperatingError({
    code: 'import.nothing_found',
    reason: 'data',
    what: `The folder has no *${ending} file in it, nor in a folder below.`,
    where: folder,
    remedy: 'Name another folder; without --mapping LEAN’s zips are looked for, with it CSV files.',
  })
}
