// One `--set path=value`: the value is YAML, the path has dots, list items go by index or by their `id`.

import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
} from 'yaml'

/** The nodes that were laid in (each with all below it), or why there is none. */
export type OverrideOutcome =
  | { readonly nodes: readonly Node[] }
  | { readonly what: string; readonly remedy: string }

/** Lays the value over the document. Keys that are not there yet are made; whether they may be is for the schema. */
export function applyOverride(document: Document, argument: string): OverrideOutcome {
  const path = overridePath(argument)
  if (path === '' || path === argument) return refusal('the argument is not of the form path=value.')
  const parsed = parseDocument(argument.slice(path.length + 1))
  if (parsed.errors.length > 0) return refusal('the value is not valid YAML.')
  const value = (parsed.contents as Node | null) ?? new Scalar(null)
  if (document.contents === null) document.contents = new YAMLMap()
  const parts = path.replaceAll(/\[(\w+)\]/g, '.$1').split('.')
  return descend(document.contents as Node, parts, value)
}

/** The path before the equals sign. Messages show it alone, since the value may be a secret put in the wrong place. */
export function overridePath(argument: string): string {
  return argument.split('=', 1)[0] ?? ''
}

function descend(parent: Node, parts: readonly string[], value: Node): OverrideOutcome {
  const [part = '', ...rest] = parts
  if (part === '') return refusal('the path has an empty part.')
  if (isSeq(parent)) return descendItem(parent.items as Node[], part, rest, value)
  if (!isMap(parent)) return refusal(`"${part}" lies below a plain value, which has no keys.`)
  const key = parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === part)
  if (key !== undefined && rest.length > 0 && isNode(key.value) && !isEmpty(key.value)) {
    return descend(key.value, rest, value)
  }
  const child = wrap(rest, value)
  if (key !== undefined) {
    key.value = child
    return { nodes: [child] }
  }
  const added = keyNode(part)
  parent.items.push(new Pair(added, child))
  return { nodes: [added, child] }
}

function descendItem(items: Node[], part: string, rest: readonly string[], value: Node): OverrideOutcome {
  const byId = items.findIndex((item) => isMap(item) && String(item.get('id')) === part)
  const index = byId >= 0 ? byId : /^\d+$/.test(part) ? Number(part) : -1
  const item = items[index]
  if (item === undefined)
    return refusal(`the list has no item "${part}".`, 'Name an item by its id, or by its index from 0.')
  if (rest.length > 0) return descend(item, rest, value)
  items[index] = value
  return { nodes: [value] }
}

function wrap(parts: readonly string[], value: Node): Node {
  return parts.reduceRight((inner: Node, part) => {
    const map = new YAMLMap()
    map.items.push(new Pair(keyNode(part), inner))
    return map
  }, value)
}

function keyNode(text: string): Scalar {
  return new Scalar(text)
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null
}

function refusal(
  what: string,
  remedy = 'Write --set path.to.key=value, for example --set data.from=2014-05-07.',
): OverrideOutcome {
  return { what, remedy }
}
