import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing; returns what was made, the outermost first. Step by step: asked for
 * all at once, Node never comes back where an existing folder answers that it is not there, as under /proc.
 */
export async function makeFolders(path: string): Promise<string[]> {
  const above = existsSync(dirname(path)) ? [] : await makeFolders(dirname(path))
  return (await makeOne(path)) ? [...above, path] : above
}

/** False where it is there, perhaps since a moment ago: nodes of one session start together. */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(path)).isDirectory()) return false
    throw error
  }
}
