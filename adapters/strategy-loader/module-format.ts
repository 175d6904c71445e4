import { extname } from 'node:path'

const FORMATS: Readonly<Record<string, string>> = {
  '.ts': 'module-typescript',
  '.mts': 'module-typescript',
  '.js': 'module',
  '.mjs': 'module',
  '.json': 'json',
}

export const MODULE_ENDINGS = Object.keys(FORMATS)

/** How Node is to read a strategy file, by its ending alone; undefined for endings a strategy cannot have. */
export function moduleFormat(file: string): string | undefined {
  return FORMATS[extname(file)]
}
