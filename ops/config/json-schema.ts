// The part of JSON Schema that our TypeBox sources use, as the reader and the help pages walk it.

import type { TextMeaning } from '../../schemas/config/field-types.ts'

export type JsonSchema = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[] | undefined
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly text?: TextMeaning
  /** The field below which a guide lists what this one takes too. */
  readonly as_field?: string
}

/** The texts a schema of literals admits; undefined when it is none. */
export function literals(schema: JsonSchema): string[] | undefined {
  if (schema.const !== undefined) return [String(schema.const)]
  if (schema.anyOf === undefined || schema.anyOf.some((variant) => variant.const === undefined))
    return undefined
  return schema.anyOf.map((variant) => String(variant.const))
}
