// A TypeScript file as the tidy rules see it: parsed, so that words in strings and comments are no code.

import { parseAst } from 'vitest/node'

/** A node of the syntax tree (ESTree with TypeScript's types). */
export type SyntaxNode = {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

export type SourceFile = { readonly path: string; readonly text: string; readonly program: SyntaxNode }

/** A broken rule: where, and what to write in its place. */
export type Finding = { readonly path: string; readonly line: number; readonly rule: string }

/** `path` is relative to the root and written with `/`. */
export function parseSource(path: string, text: string): SourceFile {
  return { path, text, program: parseAst(text, { lang: 'ts' }, path) as unknown as SyntaxNode }
}

/** Tests, and what only tests use, may do what the code they test may not. */
export function isTestFile(path: string): boolean {
  return /\.(test|test-support)\.ts$/.test(path)
}

export function folderOf(path: string): string {
  return path.split('/')[0] ?? ''
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Every node under `root`, parents first. */
export function* nodesOf(root: SyntaxNode): Generator<SyntaxNode> {
  yield root
  for (const [, child] of childrenOf(root)) yield* nodesOf(child)
}

/** The nodes that run: types are left out, and so are names that refer to nothing, such as keys and members. */
export function* runningNodesOf(root: SyntaxNode): Generator<SyntaxNode> {
  yield root
  for (const [field, child] of childrenOf(root)) {
    if (!isNameOnly(root, field) && !isType(child)) yield* runningNodesOf(child)
  }
}

/** The text with every string, template and regular expression blanked, lines kept. */
export function withoutLiterals({ program, text }: SourceFile): string {
  const literals = [...nodesOf(program)].filter(
    ({ type }) => type === 'Literal' || type === 'TemplateElement',
  )
  let blanked = ''
  for (const { start, end } of literals.sort((a, b) => a.start - b.start)) {
    blanked += text.slice(blanked.length, start) + text.slice(start, end).replaceAll(/[^\n]/g, ' ')
  }
  return blanked + text.slice(blanked.length)
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function childrenOf(node: SyntaxNode): [field: string, child: SyntaxNode][] {
  return Object.entries(node).flatMap(([field, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter(isNode)
      .map((child): [string, SyntaxNode] => [field, child]),
  )
}

function isNameOnly(node: SyntaxNode, field: string): boolean {
  const isMemberName = field === 'property' && node.type === 'MemberExpression'
  return (isMemberName || field === 'key' || field === 'label') && node.computed !== true
}

const TYPED_EXPRESSIONS = [
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSParameterProperty',
]

function isType({ type }: SyntaxNode): boolean {
  return type.startsWith('TS') && !TYPED_EXPRESSIONS.includes(type)
}
