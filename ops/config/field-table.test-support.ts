// The fields of a schema as rows of a Markdown table, so that the guide and the loader cannot differ.

import { type JsonSchema, literals } from './json-schema.ts'

/** One row for each field below `path`: field, type, default, meaning. */
export function fieldRows(schema: JsonSchema, path = ''): string[] {
  const variants = (schema.anyOf ?? []).filter((variant) => variant.properties !== undefined)
  if (variants.length > 0) return [...new Set(variants.flatMap((variant) => fieldRows(variant, path)))]
  if (schema.items !== undefined) return fieldRows(schema.items, `${path}[]`)
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]) => {
    const below = path === '' ? key : `${path}.${key}`
    const required = schema.required?.includes(key) ?? false
    const row = [`\`${below}\``, typeOf(field), defaultOf(field, required), field.description ?? '']
    const rows = field.as_field === undefined ? fieldRows(field, below) : []
    return [`| ${row.join(' | ')} |`, ...rows]
  })
}

function typeOf(schema: JsonSchema): string {
  const words = literals(schema)
  if (words !== undefined) return words.join(', ')
  if (schema.text !== undefined) return schema.text
  if (schema.items !== undefined) return 'list'
  const plain = schema.anyOf?.find(({ type }) => type !== 'object')
  if (plain !== undefined) return `${plain.type} or section`
  if (schema.anyOf !== undefined || schema.properties !== undefined) return 'section'
  if (schema.patternProperties !== undefined) return 'by name'
  return schema.type === 'string' ? 'text' : (schema.type ?? 'any')
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (schema.default === undefined) return required ? 'required' : 'absent'
  if (typeof schema.default === 'object') return ''
  return String(schema.default)
}
