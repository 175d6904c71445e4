// Why a file is not imported: what is wrong, in which file and line, and what to do. Whoever finds a bad value does not
// know where it stands; it throws a `BadRow`, and whoever reads the lines adds the place.

import { OperatingError } from '../../schemas/operating-error.ts'

type Finding = {
  readonly code: `import.${string}`
  readonly what: string
  readonly remedy: string
  readonly cause?: unknown
}

export class BadRow extends Error {
  readonly #finding: Finding

  constructor(finding: Finding) {
    super(finding.what)
    this.#finding = finding
  }

  at(where: string): OperatingError {
    return importRefused({ ...this.#finding, where })
  }
}

export function importRefused(finding: Finding & { readonly where: string }): OperatingError {
  return new OperatingError({ reason: 'data', ...finding })
}

/** Does some work; a bad row found in it is refused as standing at `where`. */
export function placed<T>(where: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof BadRow ? error.at(where) : error
  }
}
