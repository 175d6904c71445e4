// Reads a YAML tree by its schema: defaults filled in, values in normal form, keys in schema order, every problem
// recorded with its place. A part that cannot be read is undefined, so that the rest is still checked.

import { isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml'
import { must } from '../../schemas/assert.ts'
import type { ConfigPath } from './config-problem.ts'
import type { ConfigSource } from './config-source.ts'
import { type JsonSchema, literals } from './json-schema.ts'
import { readPlain } from './read-plain.ts'
import { normalDecimal, readInteger, readTime, shown } from './read-text.ts'
import { unknownKey } from './unknown-key.ts'

export class ConfigReader {
  readonly #source: ConfigSource

  constructor(source: ConfigSource) {
    this.#source = source
  }

  read(schema: JsonSchema, raw: Node, path: ConfigPath): unknown {
    const node = this.#source.resolve(raw)
    const words = literals(schema)
    if (words !== undefined) return this.#word(words, node, path)
    if (schema.anyOf?.every((variant) => variant.properties !== undefined)) {
      return this.#variant(schema, schema.anyOf, node, path)
    }
    if (schema.properties !== undefined) return this.#object(schema, schema.properties, node, path)
    if (schema.patternProperties !== undefined) return this.#record(schema.patternProperties, node, path)
    if (schema.items !== undefined) return this.#list(schema, schema.items, node, path)
    if (schema.type === 'string') return this.#string(schema, node, path)
    if (schema.type === 'integer') return this.#integer(schema, node, path)
    if (schema.type === 'number') return this.#number(schema, node, path)
    if (schema.type === 'boolean') return this.#boolean(node, path)
    return readPlain(this.#source, node, path)
  }

  #object(
    schema: JsonSchema,
    properties: Readonly<Record<string, JsonSchema>>,
    node: Node,
    path: ConfigPath,
  ) {
    const entries = this.#entries(node, path, Object.keys(properties))
    if (entries === undefined) return undefined
    for (const [key, entry] of entries) {
      if (Object.hasOwn(properties, key)) continue
      const { what, remedy } = unknownKey(key, scalarValue(entry.value), Object.keys(properties))
      this.#source.report([...path, key], entry.key, what, remedy)
    }
    const result: Record<string, unknown> = {}
    for (const [key, property] of Object.entries(properties)) {
      const entry = entries.get(key)
      const required = schema.required?.includes(key) ?? false
      if (entry !== undefined) result[key] = this.read(property, entry.value, [...path, key])
      else if (property.default !== undefined) result[key] = withDefaults(property)
      else if (required) this.#missing(property, node, [...path, key])
    }
    return result
  }

  #record(patterns: Readonly<Record<string, JsonSchema>>, node: Node, path: ConfigPath) {
    const entries = this.#entries(node, path, [])
    if (entries === undefined) return undefined
    const [pattern, schema] = must(Object.entries(patterns)[0], 'a record has one pattern')
    const result: Record<string, unknown> = {}
    for (const key of [...entries.keys()].sort()) {
      const entry = must(entries.get(key), 'the key was just listed')
      if (!new RegExp(pattern).test(key)) {
        this.#source.report([...path, key], entry.key, `the name ${key} is not of the form ${pattern}.`)
      } else result[key] = this.read(schema, entry.value, [...path, key])
    }
    return result
  }

  #list(schema: JsonSchema, items: JsonSchema, node: Node, path: ConfigPath): unknown {
    if (!isSeq(node)) {
      const item = scalarValue(node)
      const remedy =
        item === undefined || item === null ? 'Write its items with dashes.' : `Write [${String(item)}].`
      return this.#source.report(path, node, 'a list is wanted.', remedy)
    }
    if (node.items.length < (schema.minItems ?? 0)) {
      return this.#source.report(path, node, 'the list is empty.', schema.description)
    }
    return (node.items as Node[]).map((item, index) => this.read(items, item, [...path, index]))
  }

  /** Picks the variant by the literals that name it (`kind: bar`), or else by the keys that are there. */
  #variant(schema: JsonSchema, variants: readonly JsonSchema[], node: Node, path: ConfigPath): unknown {
    if (!isMap(node))
      return this.#source.report(path, node, 'keys and values are wanted.', schema.description)
    const naming = namingKey(variants)
    if (naming !== undefined) {
      const words = variants.flatMap((variant) => literals(variant.properties?.[naming] ?? {}) ?? [])
      const entry = node.get(naming, true)
      if (entry === undefined)
        return this.#missing({ description: `One of ${words.join(', ')}.` }, node, [...path, naming])
      const word = this.#word(words, this.#source.resolve(entry), [...path, naming])
      if (word === undefined) return undefined
      const named = variants.find((variant) =>
        literals(variant.properties?.[naming] ?? {})?.includes(String(word)),
      )
      return this.read(must(named, 'the word is of one of the variants'), node, path)
    }
    const fitting = variants.map(
      (variant) => Object.keys(variant.properties ?? {}).filter((key) => node.has(key)).length,
    )
    const best = must(variants[fitting.indexOf(Math.max(...fitting))], 'a union has variants')
    return this.read(best, node, path)
  }

  #word(words: readonly string[], node: Node, path: ConfigPath): string | undefined {
    const value = scalarValue(node)
    if (typeof value === 'string' && words.includes(value)) return value
    this.#source.report(
      path,
      node,
      `${shown(value ?? null)} is not one of its values.`,
      `Write ${words.join(' or ')}.`,
    )
    return undefined
  }

  #string(schema: JsonSchema, node: Node, path: ConfigPath): string | undefined {
    const text = sourceText(node)
    const description = schema.description ?? ''
    // What stands where a secret belongs may be one: it is never shown.
    const display = schema.text === 'secret' ? 'what stands here' : shown(text ?? null)
    if (text === undefined) return this.#refuse(path, node, 'a text is wanted.', description)
    if (text.length < (schema.minLength ?? 0))
      return this.#refuse(path, node, 'the text is empty.', description)
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(text)) {
      return this.#refuse(path, node, `${display} is not of the right form.`, description)
    }
    if (schema.text === 'decimal') return normalDecimal(text)
    if (schema.text !== 'time') return text
    const time = readTime(text)
    return 'value' in time ? time.value : this.#refuse(path, node, time.what, time.remedy)
  }

  #integer(schema: JsonSchema, node: Node, path: ConfigPath): number | undefined {
    const min = schema.minimum ?? Number.MIN_SAFE_INTEGER
    const max = schema.maximum ?? Number.MAX_SAFE_INTEGER
    const reading = readInteger(scalarValue(node) ?? null, String(path.at(-1)), { min, max })
    return 'value' in reading ? reading.value : this.#refuse(path, node, reading.what, reading.remedy)
  }

  #number(schema: JsonSchema, node: Node, path: ConfigPath): number | undefined {
    const value = scalarValue(node) ?? null
    const min = schema.minimum ?? Number.NEGATIVE_INFINITY
    const max = schema.maximum ?? Number.POSITIVE_INFINITY
    if (typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max) return value
    return this.#refuse(path, node, `${shown(value)} is no number that fits here.`, schema.description ?? '')
  }

  #boolean(node: Node, path: ConfigPath): boolean | undefined {
    const value = scalarValue(node)
    return typeof value === 'boolean'
      ? value
      : this.#refuse(path, node, `${shown(value ?? null)} is no truth value.`, 'Write true or false.')
  }

  #missing(schema: JsonSchema, parent: Node, path: ConfigPath): undefined {
    return this.#refuse(path, parent, 'this key is missing.', schema.description ?? '')
  }

  #refuse(path: ConfigPath, node: Node, what: string, remedy: string): undefined {
    this.#source.report(path, node, what, remedy)
    return undefined
  }

  #entries(node: Node, path: ConfigPath, keys: readonly string[]) {
    if (!isMap(node)) {
      const known = keys.length === 0 ? '' : `Its keys: ${keys.join(', ')}.`
      return this.#refuse(path, node, 'keys and values are wanted.', known)
    }
    return entriesOf(node)
  }
}

type Entry = { readonly key: Node; readonly value: Node }

function entriesOf(map: YAMLMap): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const pair of map.items) {
    const key = pair.key as Scalar
    entries.set(String(key.value), { key, value: (pair.value ?? key) as Node })
  }
  return entries
}

/** The plain value of a scalar; undefined for a list or a map. */
function scalarValue(node: Node): unknown {
  return isScalar(node) ? node.value : undefined
}

/** The text as written, so that 0.10 loses nothing on the way through a float. */
function sourceText(node: Node): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

/** The key whose literals tell the variants apart. */
function namingKey(variants: readonly JsonSchema[]): string | undefined {
  const [first] = variants
  return Object.keys(first?.properties ?? {}).find((key) =>
    variants.every((variant) => literals(variant.properties?.[key] ?? {}) !== undefined),
  )
}

/** A schema's default, with the defaults of its own fields. */
function withDefaults(schema: JsonSchema): unknown {
  if (schema.properties === undefined) return structuredClone(schema.default)
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, field]) => [key, withDefaults(field)]),
  )
}
