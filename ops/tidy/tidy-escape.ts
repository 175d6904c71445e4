// The way around a rule, on the line that breaks it: `// tidy-ok: <reason>`. It must say why, and must be needed.

import { type Finding, type SourceFile, withoutLiterals } from './source-file.ts'

/** The findings no escape covers, and the escapes that are themselves wrong. */
export function withEscapes(source: SourceFile, findings: readonly Finding[]): Finding[] {
  const escapes = escapesOf(source)
  const open = findings.filter(({ line }) => !escapes.has(line))
  for (const [line, reason] of escapes) {
    const { path } = source
    if (reason === '')
      open.push({ path, line, rule: 'tidy-ok without a reason: say why the rule does not hold here' })
    const isNeeded = findings.some((finding) => finding.line === line)
    if (!isNeeded) open.push({ path, line, rule: 'tidy-ok that excuses nothing: remove it' })
  }
  return open
}

function escapesOf(source: SourceFile): Map<number, string> {
  const escapes = new Map<number, string>()
  for (const [index, line] of withoutLiterals(source).split('\n').entries()) {
    const reason = /^(?:(?!\/\/).)*\/\/ tidy-ok\b:?(.*)$/.exec(line)?.[1]
    if (reason !== undefined) escapes.set(index + 1, reason.trim())
  }
  return escapes
}
