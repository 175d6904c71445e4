// Parameters in a configuration, read by a schema that the file they are for brings.

import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import type { ConfigPath } from './config-problem.ts'
import { ConfigReader } from './config-reader.ts'
import type { JsonSchema } from './json-schema.ts'
import type { LoadedConfig } from './load-config.ts'

/** What is wrong with them is reported to the source of the configuration; then they are what was written. */
export function readParams<Params>(
  { source }: LoadedConfig,
  path: ConfigPath,
  schema: TSchema,
  written: Params,
): Params {
  const count = source.problems.length
  const params = new ConfigReader(source).read(schema as JsonSchema, source.nodeAt(path), path)
  if (source.problems.length > count) return written
  // What the reader does not know of JSON Schema, the author's schema still holds to.
  for (const error of Value.Errors(schema, params)) {
    source.reportAt([...path, ...pointerParts(error.instancePath)], `the value ${error.message}.`)
  }
  return params as Params
}

function pointerParts(pointer: string): ConfigPath {
  return pointer.split('/').slice(1)
}
