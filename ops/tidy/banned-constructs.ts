// Constructs that would make a re-run differ from the run, or hide a mistake. Each ban names its replacement.

import {
  type Finding,
  folderOf,
  isNode,
  isTestFile,
  lineAt,
  runningNodesOf,
  type SourceFile,
  type SyntaxNode,
} from './source-file.ts'

type Ban = {
  readonly applies: (source: SourceFile) => boolean
  readonly matches: (node: SyntaxNode) => boolean
  readonly rule: string
}

const REPLAYED = ['schemas', 'engine', 'actors']

const everywhere = (): boolean => true
const inReplayed = ({ path }: SourceFile): boolean => REPLAYED.includes(folderOf(path)) && !isTestFile(path)
const inSimulated = ({ path }: SourceFile): boolean =>
  [...REPLAYED, 'sim'].includes(folderOf(path)) && !isTestFile(path)
const inMachines = (source: SourceFile): boolean => importsXstate(source) && !isTestFile(source.path)

const BANS: readonly Ban[] = [
  {
    applies: inSimulated,
    matches: refersTo('Date', 'performance.now', 'performance.timeOrigin', 'Temporal.Now', 'process.hrtime'),
    rule: 'reads the wall clock: use the step’s ts_seq_us, or Temporal.Instant.from(…) for a fixed moment',
  },
  {
    applies: inSimulated,
    matches: refersTo(
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'process.nextTick',
      'Atomics.wait',
    ),
    rule: 'starts a timer: emit the engine’s timer.set effect',
  },
  {
    applies: inSimulated,
    matches: refersTo('Math.random', 'crypto.'),
    rule: 'draws from ambient randomness: use a named random stream of the run’s seed',
  },
  {
    applies: inReplayed,
    matches: usesLocale,
    rule: 'depends on the machine’s language or time zone: compare code units, format in schemas/',
  },
  {
    applies: inReplayed,
    matches: refersTo('process.', 'fetch', 'require'),
    rule: 'reaches outside the step: take a port, and let an adapter do the I/O',
  },
  {
    applies: inReplayed,
    matches: (node) =>
      node.type === 'AwaitExpression' || node.type === 'ImportExpression' || node.async === true,
    rule: 'waits inside the step: emit an effect, and take its outcome as an input',
  },
  {
    applies: inReplayed,
    matches: (node) => isNode(node.source) && String(node.source.value).startsWith('node:'),
    rule: 'imports a node: module: declare a port, and implement it in adapters/',
  },
  {
    applies: inMachines,
    matches: setsMachineTimer,
    rule: 'gives a machine a timer, which no snapshot keeps: emit the engine’s timer.set effect',
  },
  {
    applies: inMachines,
    matches: (node) => hasKey(node, 'invoke'),
    rule: 'invokes from a machine: emit an effect, and take its outcome as an event',
  },
  {
    applies: inMachines,
    matches: refersTo('spawn', 'spawnChild', 'fromPromise', 'fromCallback', 'fromObservable'),
    rule: 'starts a child of a machine: emit an effect, or keep plain records in one actor',
  },
  {
    applies: everywhere,
    matches: refersTo('console.'),
    rule: 'prints: use the logger, or process.stdout in ops/',
  },
  {
    applies: everywhere,
    matches: refersTo('parseFloat', 'Number.parseFloat'),
    rule: 'reads a number’s beginning and forgets the rest: use the parsers of schemas/',
  },
  {
    applies: everywhere,
    matches: (node) =>
      node.type === 'TSAsExpression' &&
      isNode(node.typeAnnotation) &&
      node.typeAnnotation.type === 'TSAnyKeyword',
    rule: 'turns types off with `as any`: narrow from unknown',
  },
]

export function bannedConstructs(source: SourceFile): Finding[] {
  const bans = BANS.filter((ban) => ban.applies(source))
  const findings = [...runningNodesOf(source.program)].flatMap((node) =>
    bans
      .filter((ban) => ban.matches(node))
      .map(({ rule }) => ({ path: source.path, line: lineAt(source.text, node.start), rule })),
  )
  return findings.filter(
    ({ line, rule }, index) =>
      findings.findIndex((other) => other.line === line && other.rule === rule) === index,
  )
}

/** Matches a name (`Date`, and with it `Date.now`), or with a closing dot any member of it (`console.`). */
function refersTo(...names: string[]): (node: SyntaxNode) => boolean {
  return (node) => {
    const found = dottedName(node)
    return names.some((name) => found === name || found?.startsWith(name.endsWith('.') ? name : `${name}.`))
  }
}

function dottedName(node: SyntaxNode): string | undefined {
  if (node.type === 'Identifier') return String(node.name)
  if (node.type !== 'MemberExpression' || !isNode(node.object) || !isNode(node.property)) return undefined
  const object = dottedName(node.object)
  const property = node.computed === true ? node.property.value : node.property.name
  if (object === undefined || typeof property !== 'string') return undefined
  return object === 'globalThis' ? property : `${object}.${property}`
}

function usesLocale(node: SyntaxNode): boolean {
  if (refersTo('Intl.')(node)) return true
  const property = node.type === 'MemberExpression' && isNode(node.property) ? node.property.name : undefined
  return typeof property === 'string' && /^(localeCompare|toLocale[A-Z]\w*)$/.test(property)
}

function setsMachineTimer(node: SyntaxNode): boolean {
  if (hasKey(node, 'after')) return true
  if (node.type !== 'CallExpression' || !Array.isArray(node.arguments) || !isNode(node.callee)) return false
  const isSend = /(^|\.)(raise|sendTo|sendParent|forwardTo)$/.test(dottedName(node.callee) ?? '')
  return isSend && node.arguments.some((argument) => isNode(argument) && hasKey(argument, 'delay'))
}

function hasKey(node: SyntaxNode, key: string): boolean {
  if (node.type !== 'ObjectExpression' || !Array.isArray(node.properties)) return false
  return node.properties.some(
    (property) =>
      isNode(property) && isNode(property.key) && [property.key.name, property.key.value].includes(key),
  )
}

function importsXstate({ program }: SourceFile): boolean {
  return (
    Array.isArray(program.body) &&
    program.body.some(({ source }) => isNode(source) && source.value === 'xstate')
  )
}
