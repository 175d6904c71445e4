// Free-form values (a strategy's parameters): plain data that the canonical encoding holds, keys sorted so that their
// order in the file means nothing.

import { isMap, isScalar, isSeq, type Node } from 'yaml'
import type { ConfigPath } from './config-problem.ts'
import type { ConfigSource } from './config-source.ts'

// Below what the canonical encoding holds.
const DEPTH_MAX = 32

export function readPlain(source: ConfigSource, raw: Node, path: ConfigPath): unknown {
  if (path.length > DEPTH_MAX)
    return source.report(path, raw, 'values are nested too deeply, or in a circle.')
  const node = source.resolve(raw)
  if (isSeq(node))
    return (node.items as Node[]).map((item, index) => readPlain(source, item, [...path, index]))
  if (isMap(node)) return readMap(source, node.items as { key: Node; value: Node | null }[], path)
  if (!isScalar(node)) return source.report(path, node, 'a plain value, list or map is wanted.')
  const { value } = node
  if (typeof value !== 'number') return value
  if (!Number.isFinite(value)) return source.report(path, node, 'a number that is finite is wanted.')
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return source.report(path, node, `${value} is too large to be exact.`, 'Write it in quotes.')
  }
  return value
}

function readMap(
  source: ConfigSource,
  items: readonly { key: Node; value: Node | null }[],
  path: ConfigPath,
) {
  const entries = items.map(({ key, value }): [string, unknown] => {
    const name = isScalar(key) ? String(key.value) : String(key)
    return [name, value === null ? null : readPlain(source, value, [...path, name])]
  })
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
