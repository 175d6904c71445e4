// One scalar of a configuration, read by its schema.

import { isScalar, type Node } from 'yaml'
import { type JsonSchema, literals } from './json-schema.ts'
import { normalDecimal, type Reading, readInteger, readTime, shown } from './read-text.ts'

/** Reads a word of a list, a text, a number or a truth value. `key` is the name it stands under. */
export function readScalar(schema: JsonSchema, node: Node, key: string): Reading<unknown> {
  const value = scalarValue(node) ?? null
  const words = literals(schema)
  if (words !== undefined) return readWord(words, value)
  if (schema.type === 'string') return readString(schema, sourceText(node))
  if (schema.type === 'integer') return readInteger(value, key, rangeOf(schema, Number.MAX_SAFE_INTEGER))
  if (schema.type === 'number') return readNumber(schema, value)
  if (typeof value === 'boolean') return { value }
  return { what: `${shown(value)} is no truth value.`, remedy: 'Write true or false.' }
}

export function isScalarSchema(schema: JsonSchema): boolean {
  return (
    literals(schema) !== undefined || ['string', 'integer', 'number', 'boolean'].includes(schema.type ?? '')
  )
}

/** The plain value of a scalar; undefined for a list or a map. */
export function scalarValue(node: Node): unknown {
  return isScalar(node) ? node.value : undefined
}

export function readWord(words: readonly string[], value: unknown): Reading<string> {
  if (typeof value === 'string' && words.includes(value)) return { value }
  return { what: `${shown(value)} is not one of its values.`, remedy: `Write ${words.join(' or ')}.` }
}

const DECIMAL_FORM =
  'Write a decimal such as 2500 or 0.25, without a sign, with at most 8 digits after the point.'

function readString(schema: JsonSchema, text: string | undefined): Reading<string> {
  const remedy = schema.text === 'decimal' ? DECIMAL_FORM : (schema.description ?? '')
  if (text === undefined) return { what: 'a text is wanted.', remedy }
  if (text.length < (schema.minLength ?? 0)) return { what: 'the text is empty.', remedy }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) {
    // What stands where a secret belongs may be one: it is never shown.
    const display = schema.text === 'secret' ? 'what stands here' : shown(text)
    return { what: `${display} is not of the right form.`, remedy }
  }
  if (schema.text === 'time') return readTime(text)
  return { value: schema.text === 'decimal' ? normalDecimal(text) : text }
}

function readNumber(schema: JsonSchema, value: unknown): Reading<number> {
  const { min, max } = rangeOf(schema, Number.MAX_VALUE)
  if (typeof value === 'number' && value >= min && value <= max) return { value }
  return { what: `${shown(value)} is no number that fits here.`, remedy: schema.description ?? '' }
}

function rangeOf(schema: JsonSchema, bound: number): { min: number; max: number } {
  return { min: schema.minimum ?? -bound, max: schema.maximum ?? bound }
}

/** The text as written, so that 0.10 loses nothing on the way through a float. */
function sourceText(node: Node): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}
