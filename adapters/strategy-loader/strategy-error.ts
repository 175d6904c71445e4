import { OperatingError } from '../../schemas/operating-error.ts'

type Problem = {
  readonly code: string
  readonly what: string
  readonly where: string
  readonly remedy?: string | undefined
  readonly cause?: unknown
}

/** What an author can put right in the files of a strategy before anything runs. */
export function strategyProblem({ code, ...problem }: Problem): OperatingError {
  return new OperatingError({ code: `strategy.${code}`, reason: 'usage', ...problem })
}

/** What a strategy's own code did while it was loaded. */
export function strategyFault({ code, ...problem }: Problem): OperatingError {
  return new OperatingError({ code: `strategy.${code}`, reason: 'strategy', ...problem })
}
