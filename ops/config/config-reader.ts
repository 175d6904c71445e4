// Reads a YAML tree by its schema: defaults filled in, values in normal form, keys in schema order, every problem
// recorded with its place. A part that cannot be read is undefined, so that the rest is still checked.

import { isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap } from 'yaml'
import { must } from '../../schemas/assert.ts'
import type { ConfigPath } from './config-problem.ts'
import type { ConfigSource } from './config-source.ts'
import { type JsonSchema, literals } from './json-schema.ts'
import { readPlain } from './read-plain.ts'
import { isScalarSchema, readScalar, readWord, scalarValue } from './read-scalar.ts'
import type { Reading } from './read-text.ts'
import { unknownKey } from './unknown-key.ts'

const MISSING = 'this key is missing.'

export class ConfigReader {
  readonly #source: ConfigSource

  constructor(source: ConfigSource) {
    this.#source = source
  }

  read(schema: JsonSchema, raw: Node, path: ConfigPath): unknown {
    const node = this.#source.resolve(raw)
    if (isScalarSchema(schema)) return this.#accept(readScalar(schema, node, String(path.at(-1))), node, path)
    if (schema.anyOf !== undefined) return this.#union(schema, schema.anyOf, node, path)
    if (schema.properties !== undefined) return this.#object(schema, schema.properties, node, path)
    if (schema.patternProperties !== undefined) return this.#record(schema.patternProperties, node, path)
    if (schema.items !== undefined) return this.#list(schema, schema.items, node, path)
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
      else if (required) this.#refuse([...path, key], node, MISSING, property.description)
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
      return this.#refuse(path, node, 'a list is wanted.', remedy)
    }
    if (node.items.length < (schema.minItems ?? 0)) {
      return this.#refuse(path, node, 'the list is empty.', schema.description)
    }
    return (node.items as Node[]).map((item, index) => this.read(items, item, [...path, index]))
  }

  /** A union of sections, one of which may be a plain value instead: `submit_us: 500`. */
  #union(schema: JsonSchema, variants: readonly JsonSchema[], node: Node, path: ConfigPath): unknown {
    const plain = variants.find(isScalarSchema)
    if (plain !== undefined && isScalar(node)) return this.read(plain, node, path)
    const sections = variants.filter((variant) => variant.properties !== undefined)
    return sections.length === 0
      ? readPlain(this.#source, node, path)
      : this.#variant(schema, sections, node, path)
  }

  #variant(schema: JsonSchema, variants: readonly JsonSchema[], node: Node, path: ConfigPath): unknown {
    if (!isMap(node)) return this.#refuse(path, node, 'keys and values are wanted.', schema.description)
    const naming = namingKey(variants)
    const variant =
      naming === undefined ? fittingVariant(variants, node) : this.#namedVariant(variants, naming, node, path)
    return variant === undefined ? undefined : this.read(variant, node, path)
  }

  /** The variant that a literal names: `kind: bar`. */
  #namedVariant(variants: readonly JsonSchema[], naming: string, node: YAMLMap, path: ConfigPath) {
    const wordsOf = (variant: JsonSchema) => literals(variant.properties?.[naming] ?? {}) ?? []
    const words = variants.flatMap(wordsOf)
    const entry = node.get(naming, true)
    if (entry === undefined)
      return this.#refuse([...path, naming], node, MISSING, `One of ${words.join(', ')}.`)
    const reading = readWord(words, scalarValue(this.#source.resolve(entry)) ?? null)
    const word = this.#accept(reading, entry, [...path, naming])
    return variants.find((variant) => wordsOf(variant).some((candidate) => candidate === word))
  }

  #accept<T>(reading: Reading<T>, node: Node, path: ConfigPath): T | undefined {
    return 'value' in reading ? reading.value : this.#refuse(path, node, reading.what, reading.remedy)
  }

  #refuse(path: ConfigPath, node: Node, what: string, remedy = ''): undefined {
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
    entries.set(String(key.value), { key, value: (pair.value as Node | null) ?? new Scalar(null) })
  }
  return entries
}

/** The key whose literals tell the variants apart. */
function namingKey(variants: readonly JsonSchema[]): string | undefined {
  const [first] = variants
  return Object.keys(first?.properties ?? {}).find((key) =>
    variants.every((variant) => literals(variant.properties?.[key] ?? {}) !== undefined),
  )
}

/** Of variants that no literal names, the one that has most of the keys. */
function fittingVariant(variants: readonly JsonSchema[], node: YAMLMap): JsonSchema {
  const counts = variants.map(
    ({ properties }) => Object.keys(properties ?? {}).filter((key) => node.has(key)).length,
  )
  return must(variants[counts.indexOf(Math.max(...counts))], 'a union has variants')
}

/** A schema's default, with the defaults of its own fields. */
function withDefaults(schema: JsonSchema): unknown {
  const own: unknown = structuredClone(schema.default)
  if (schema.properties === undefined) return own
  const fields = Object.entries(schema.properties).filter(([, field]) => field.default !== undefined)
  return {
    ...Object.fromEntries(fields.map(([key, field]) => [key, withDefaults(field)])),
    ...(own as object),
  }
}
