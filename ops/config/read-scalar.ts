// One scalar of a configuration, read by its schema.

import { isScalar, type Node } from 'yaml'
import { DECIMAL_BOUNDS } from '../../schemas/config/field-types.ts'
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

function readString(schema: JsonSchema, text: string | undefined): Reading<string> {
  const remedy = schema.text === 'decimal' ? decimalForm(schema) : (schema.description ?? '')
  if (text === undefined) return { what: 'a text is wanted.', remedy }
  if (text.length < (schema.minLength ?? 0)) return { what: 'the text is empty.', remedy }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) {
    const bounds = schema.text === 'decimal' ? DECIMAL_BOUNDS.get(schema.pattern) : undefined
    if (bounds !== undefined && isDecimal(text, bounds.fraction_digits))
      return { what: `${text} is out of range.`, remedy: `Write a decimal of ${bounds.range}.` }
    // What stands where a secret belongs may be one: it is never shown.
    const display = schema.text === 'secret' ? 'what stands here' : shown(text)
    return { what: `${display} is not of the right form.`, remedy }
  }
  if (schema.text === 'time') return readTime(text)
  return { value: schema.text === 'decimal' ? normalDecimal(text) : text }
}

/** Of a pattern of an author's own. */
const FRACTION_DIGITS = 8

function decimalForm({ pattern = '' }: JsonSchema): string {
  const digits = DECIMAL_BOUNDS.get(pattern)?.fraction_digits ?? FRACTION_DIGITS
  return `Write a decimal such as 2500 or 0.25, without a sign, with at most ${digits} digits after the point.`
}

/** Whether a text has the form of a decimal, which a field then refuses for being too small or too large. */
function isDecimal(text: string, fraction_digits: number): boolean {
  const decimal = /^-?\d+(?:\.(\d+))?$/.exec(text)
  return decimal !== null && (decimal[1] ?? '').length <= fraction_digits
}

function readNumber(schema: JsonSchema, value: unknown): Reading<number> {
  const { min, max } = rangeOf(schema, Number.MAX_VALUE)
  if (typeof value === 'number' && value >= min && value <= max) return { value }
  if (typeof value === 'number' && Number.isFinite(value)) {
    const bound = value < min ? `at least ${min}` : `at most ${max}`
    return { what: `${value} is out of range.`, remedy: `Write a number of ${bound}.` }
  }
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
