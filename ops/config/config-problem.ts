// What is wrong with a configuration. All problems are collected and reported together.

import { OperatingError } from '../../schemas/operating-error.ts'

export type ConfigPath = readonly (string | number)[]

export type ConfigProblem = {
  /** The configuration path: `venues[0].latency.submit_us`; '' for the whole file. */
  readonly path: string
  /** `file:line:column`, or the `--set` argument the value came from. */
  readonly where: string
  /** What is wrong, one sentence. */
  readonly what: string
  /** What to write instead, one sentence; '' when the sentence before says it all. */
  readonly remedy: string
}

/** A configuration that is not run, with everything that is wrong with it. */
export class ConfigError extends OperatingError {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super({
      code: 'config.invalid',
      reason: 'usage',
      what: describe(problems),
      remedy: 'Nothing was run; correct the configuration and try again.',
    })
    this.problems = problems
  }
}

/** Prints a path the way `--set` takes it: `strategies[0].params.fast`. */
export function pathText(path: ConfigPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? part : `.${part}`
  }
  return text
}

function describe(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  return [`The configuration has ${count}:`, ...problems.map(line)].join('\n')
}

function line(problem: ConfigProblem): string {
  const path = problem.path === '' ? '' : `${problem.path}: `
  const remedy = problem.remedy === '' ? '' : ` ${problem.remedy}`
  return `  ${problem.where}: ${path}${problem.what}${remedy}`
}
