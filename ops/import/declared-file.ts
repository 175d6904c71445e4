// A YAML file that declares something about an import, read by its schema with every problem placed.

import { readFile } from 'node:fs/promises'
import { OperatingError } from '../../schemas/operating-error.ts'
import { ConfigError } from '../config/config-problem.ts'
import { ConfigReader } from '../config/config-reader.ts'
import { ConfigSource } from '../config/config-source.ts'
import type { JsonSchema } from '../config/json-schema.ts'

export type Fault = { readonly path: readonly string[]; readonly what: string; readonly remedy: string }

/** Reads the file as the schema has it; `faultsOf` looks at what no schema says. */
export async function readDeclared<T>(
  path: string,
  schema: object,
  faultsOf: (value: T) => readonly Fault[],
): Promise<T> {
  const source = new ConfigSource({ file: path, text: await textOf(path), set: [] })
  if (source.root === null && source.problems.length === 0) source.report([], null, 'the file is empty.')
  if (source.problems.length > 0 || source.root === null) throw new ConfigError(source.problems)
  const value = new ConfigReader(source).read(schema as JsonSchema, source.root, []) as T
  if (source.problems.length === 0) {
    for (const { path, what, remedy } of faultsOf(value)) source.reportAt(path, what, remedy)
  }
  if (source.problems.length > 0) throw new ConfigError(source.problems)
  return value
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new OperatingError({
      code: 'import.unreadable_declaration',
      reason: 'usage',
      what: `The file cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      where: path,
      remedy: 'Name a YAML file that can be read; docs/importing.md shows what it holds.',
      cause: error,
    })
  }
}
