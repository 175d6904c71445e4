// Operating errors: what a person can act on. Bugs are assertions; business refusals are messages.

/** Exit codes of the command line. They are part of the contract with scripts and never change meaning. */
export const EXIT_CODE = {
  done: 0,
  bug: 1,
  usage: 2,
  data: 3,
  mismatch: 4,
  unavailable: 5,
  strategy: 6,
} as const

export type ExitReason = Exclude<keyof typeof EXIT_CODE, 'done'>

export type OperatingErrorDetails = {
  /** Stable, dotted, lower snake case: `import.csv_bad_number`. Codes are metric labels; renaming one is a breaking change. */
  readonly code: string
  /** Which exit code a command that fails with this error ends with. */
  readonly reason: ExitReason
  /** What happened, one sentence. */
  readonly what: string
  /** Where: a file with line or byte offset, a configuration path, a subject. */
  readonly where?: string | undefined
  /** What the reader can do about it, one sentence in the imperative. */
  readonly remedy?: string | undefined
  readonly cause?: unknown
}

/** A fault of the surroundings (input, disk, configuration, another process), typed, coded and written for the reader. */
export class OperatingError extends Error {
  override readonly name = 'OperatingError'
  readonly code: string
  readonly reason: ExitReason
  readonly what: string
  readonly where: string | undefined
  readonly remedy: string | undefined

  constructor(details: OperatingErrorDetails) {
    const where = details.where === undefined ? '' : ` (${details.where})`
    const remedy = details.remedy === undefined ? '' : ` ${details.remedy}`
    super(`${details.what}${where}${remedy}`, { cause: details.cause })
    this.code = details.code
    this.reason = details.reason
    this.what = details.what
    this.where = details.where
    this.remedy = details.remedy
  }

  get exitCode(): number {
    return EXIT_CODE[this.reason]
  }
}
