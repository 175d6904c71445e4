// A configuration as written: the YAML tree with the place of every node, overrides of the command line laid over it.

import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  YAMLMap,
} from 'yaml'
import { must } from '../../schemas/assert.ts'
import { applyOverride, overridePath } from './config-override.ts'
import { type ConfigPath, type ConfigProblem, pathText } from './config-problem.ts'

export class ConfigSource {
  readonly root: Node | null
  readonly problems: ConfigProblem[] = []
  readonly #file: string
  readonly #lines = new LineCounter()
  /** Nodes that came from `--set`, with that argument's path. */
  readonly #overrides = new Map<Node, string>()
  readonly #document: ReturnType<typeof parseDocument>

  constructor(options: { file: string; text: string; set: readonly string[] }) {
    this.#file = options.file
    this.#document = parseDocument(options.text, { lineCounter: this.#lines, prettyErrors: false })
    for (const fault of [...this.#document.errors, ...this.#document.warnings]) {
      this.#add([], this.#place(fault.pos[0]), `the file is not valid YAML: ${fault.message}.`)
    }
    if (this.problems.length === 0) for (const argument of options.set) this.#override(argument)
    this.root = this.#document.contents
  }

  /** Records a problem of the value at `path`, placed at `node`. */
  report(path: ConfigPath, node: Node | null, what: string, remedy = ''): void {
    const placed = node === null || node.range != null || this.#overrides.has(node)
    this.#add(path, this.where(placed ? node : this.#find(path).node), what, remedy)
  }

  /** Records a problem of the value at `path`, wherever the file has it or its nearest parent. */
  reportAt(path: ConfigPath, what: string, remedy = ''): void {
    this.report(path, this.#find(path).node, what, remedy)
  }

  /** What the file has at `path`; an empty map where it has nothing. */
  nodeAt(path: ConfigPath): Node {
    const { node, found } = this.#find(path)
    return found && node !== null ? this.resolve(node) : new YAMLMap()
  }

  where(node: Node | null): string {
    if (node === null) return `${this.#file}:1:1`
    return this.#overrides.get(node) ?? this.#place(node.range?.[0] ?? 0)
  }

  /** The node itself, or the one an alias stands for. */
  resolve(node: Node): Node {
    return isAlias(node) ? must(node.resolve(this.#document), 'the parser refuses an unknown alias') : node
  }

  #add(path: ConfigPath, where: string, what: string, remedy = ''): void {
    this.problems.push({ path: pathText(path), where, what, remedy })
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#file}:${line}:${col}`
  }

  #override(argument: string): void {
    const where = `--set ${overridePath(argument)}`
    const outcome = applyOverride(this.#document, argument)
    if ('what' in outcome) return this.#add([], where, outcome.what, outcome.remedy)
    for (const root of outcome.nodes) {
      visit(root, (_, node) => {
        if (isNode(node)) this.#overrides.set(node, where)
      })
    }
  }

  /** The node at `path`, or its nearest parent. */
  #find(path: ConfigPath): { node: Node | null; found: boolean } {
    let node = this.#document.contents as Node | null
    for (const part of path) {
      const child = node === null ? undefined : this.#child(this.resolve(node), part)
      if (child === undefined) return { node, found: false }
      node = child
    }
    return { node, found: true }
  }

  #child(node: Node, part: string | number): Node | undefined {
    if (!isMap(node) && !isSeq(node)) return undefined
    const child = node.get(part, true)
    return isScalar(child) || isNode(child) ? child : undefined
  }
}
