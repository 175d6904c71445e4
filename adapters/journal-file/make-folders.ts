import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing; returns what was made, the outermost first. Step by step: asked for
 * all at once, Node never comes back where an existing folder answers that it is not there, as under /proc.
 */
export async function makeFolders(path: string): Promise<string[]> {
  try {
    await mkdir(path)
    return [path]
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return []
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    const above = await makeFolders(dirname(path))
    await mkdir(path)
    return [...above, path]
  }
}
