// How a command ends badly: what happened, where, what to do. With `--json` the same goes to stdout as one object
// `{error: {...}}`, so that a script always finds exactly one object there.

import { EXIT_CODE, OperatingError } from '../../schemas/operating-error.ts'

export type Failure = {
  readonly exit_code: number
  readonly code: string
  readonly what: string
  readonly where: string | null
  readonly remedy: string | null
  /** Each problem apart, where there may be several. */
  readonly problems?: unknown
  /** Present for a bug. */
  readonly stack?: string
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof OperatingError)) return bug(error)
  return {
    exit_code: error.exitCode,
    code: error.code,
    what: error.what,
    where: error.where ?? null,
    remedy: error.remedy ?? null,
    ...('problems' in error ? { problems: error.problems } : {}),
  }
}

export function failureText(failure: Failure): string {
  if (failure.stack !== undefined) {
    return `${failure.stack}\n\nThis is a bug in orrery (exit code ${failure.exit_code}). Please report it with the text above.\n`
  }
  const lines = [`Error: ${failure.what}`]
  if (failure.where !== null) lines.push(`  where: ${failure.where}`)
  if (failure.remedy !== null) lines.push(`  what to do: ${failure.remedy}`)
  lines.push(`  (${failure.code}, exit code ${failure.exit_code})`)
  return `${lines.join('\n')}\n`
}

function bug(error: unknown): Failure {
  const thrown = error instanceof Error ? error : new Error(`not an error was thrown: ${String(error)}`)
  return {
    exit_code: EXIT_CODE.bug,
    code: 'bug',
    what: thrown.message,
    where: null,
    remedy: 'This is a bug in orrery. Please report it with the stack.',
    stack: withCauses(thrown),
  }
}

function withCauses(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause instanceof Error ? `${own}\nCaused by: ${withCauses(error.cause)}` : own
}
