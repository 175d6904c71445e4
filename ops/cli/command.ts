// What a command is. Its module is loaded only when it is called, and imports what it runs only when it runs.

import type { Progress } from './progress.ts'

export type Option = {
  readonly type: 'string' | 'boolean'
  readonly description: string
  /** What the value is called in the help: `DIR`. */
  readonly value?: string
  readonly multiple?: boolean
  /** With this flag the command wants no arguments. */
  readonly alone?: boolean
}

export type Example = { readonly line: string; readonly what: string }

export type Command = {
  readonly name: string
  readonly summary: string
  /** Arguments as the help shows them: `CONFIG`, `[FILE...]`. */
  readonly usage: string
  readonly description: string
  readonly arguments_min: number
  readonly arguments_max: number
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly Example[]
  run(call: Call): Promise<Outcome>
}

/** One call of a command: its arguments and what it may use. */
export type Call = {
  readonly arguments: readonly string[]
  /** The option's value; the last one when it was given more than once. */
  text(option: string): string | undefined
  texts(option: string): readonly string[]
  flag(option: string): boolean
  readonly progress: Progress
}

/** What a command found out: an object for `--json`, and the same for a person. */
export type Outcome = {
  readonly json: unknown
  readonly text: string
  /** 0 unless the command ran and its finding is bad news. */
  readonly exit_code?: number
}
