// What a finished change does not leave behind: notes to oneself, functions nobody can read at once.

import { type Finding, isTestFile, lineAt, nodesOf, type SourceFile, withoutLiterals } from './source-file.ts'

const FUNCTION_LINES_MAX = 70

export function leftoverNotes(source: SourceFile): Finding[] {
  return [...withoutLiterals(source).matchAll(/\b(FIXME|TODO|XXX)\b/g)].map(({ index }) => ({
    path: source.path,
    line: lineAt(source.text, index),
    rule: 'leaves a note to oneself: do it now, or open an issue',
  }))
}

export function longFunctions(source: SourceFile): Finding[] {
  if (isTestFile(source.path)) return []
  return [...nodesOf(source.program)].flatMap(({ type, start, end }) => {
    const line = lineAt(source.text, start)
    const count = lineAt(source.text, end) - line + 1
    if (!/Function/.test(type) || type.startsWith('TS') || count <= FUNCTION_LINES_MAX) return []
    const rule = `is a function of ${count} lines, more than ${FUNCTION_LINES_MAX}: split it, or say why it reads best whole`
    return [{ path: source.path, line, rule }]
  })
}
