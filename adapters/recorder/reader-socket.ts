// Where the recorder of a store listens. A file in the store's folder names the socket, since the path of a socket may
// be no longer than a hundred bytes and that of a store may.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const SOCKET_PATH_MAX = 100

/** Chooses a socket for a store that this process holds, and names it in the folder. */
export function announceSocket(directory: string): { readonly path: string; withdraw(): void } {
  const beside = join(directory, 'reader.sock')
  const isShort = Buffer.byteLength(beside) <= SOCKET_PATH_MAX
  // A folder of its own, which only this user can enter.
  const path = isShort ? beside : join(mkdtempSync(join(tmpdir(), 'orrery-')), 'reader.sock')
  rmSync(path, { force: true })
  writeFileSync(join(directory, 'reader'), path)
  return {
    path,
    withdraw: () => {
      rmSync(join(directory, 'reader'), { force: true })
      rmSync(path, { force: true })
      if (!isShort) rmSync(dirname(path), { recursive: true, force: true })
    },
  }
}

/** The socket a store's holder has named, whether it still listens or not. */
export function announcedSocket(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'reader'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
