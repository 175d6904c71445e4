import { stripTypeScriptTypes } from 'node:module'
import { findLocation, printLocation } from '../../engine/source-location.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import type { ImportGraph, SourceFile } from './import-graph.ts'
import { strategyFault, strategyProblem } from './strategy-error.ts'

/** Says what went wrong while the files of a strategy were compiled and evaluated. */
export function explainLoadFailure(cause: unknown, graph: ImportGraph): OperatingError {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  if ((error as { readonly code?: string }).code === 'ERR_REQUIRE_ASYNC_MODULE') {
    return strategyProblem({
      code: 'top_level_await',
      what: 'A strategy file awaits at its top level.',
      where: place(error, graph),
      remedy: 'Make loading synchronous; what comes later arrives as market data, timers or parameters.',
      cause,
    })
  }
  if (error instanceof SyntaxError) {
    return strategyProblem({
      code: 'syntax_error',
      what: `A strategy file cannot be compiled: ${error.message}.`,
      where: importPlace(error, graph) ?? syntaxPlace(graph.files) ?? place(error, graph),
      remedy: 'Correct the syntax at this line.',
      cause,
    })
  }
  return strategyFault({
    code: 'load_failed',
    what: `A strategy threw while it was loaded: ${error.name}: ${error.message}.`,
    where: place(error, graph),
    remedy: 'Keep the top level of strategy files to definitions.',
    cause,
  })
}

/** The innermost frame in a file of the strategy, or its entry where the stack names none. */
function place(error: Error, { files }: ImportGraph): string {
  const location = findLocation(error.stack ?? '', ({ file }) => files.some((source) => source.file === file))
  return location === undefined ? (files[0]?.file ?? '') : printLocation(location)
}

/** V8 says which module lacks an export, not who asked for it. */
function importPlace(error: SyntaxError, { requests }: ImportGraph): string | undefined {
  const specifier = /requested module '([^']+)'/.exec(error.message)?.[1]
  const askers = requests.filter((request) => request.specifier === specifier)
  return askers.length === 0 ? undefined : askers.map(({ where }) => where).join(', ')
}

/** V8 keeps the place of a syntax error to itself until the process ends by it, so the files are parsed once more. */
function syntaxPlace(files: readonly SourceFile[]): string | undefined {
  for (const { file, bytes } of files) {
    if (file.endsWith('.json')) continue
    const line = syntaxErrorLine(new TextDecoder().decode(bytes))
    if (line !== undefined) return `${file}:${line}`
  }
  return undefined
}

function syntaxErrorLine(text: string): string | undefined {
  try {
    stripTypeScriptTypes(text)
    return undefined
  } catch (error) {
    return /^:(\d+)/.exec((error as Error).stack ?? '')?.[1]
  }
}
