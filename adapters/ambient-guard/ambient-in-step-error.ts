import { findLocation, printLocation } from '../../engine/source-location.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

const GUARD_FILE = /\/ambient-guard\/ambient-[a-z-]+\.[jt]s$/

/** A step reached for something that another run would find different: the clock, chance, a timer, the network. */
export class AmbientInStepError extends OperatingError {
  /** The function as an author writes it: `Date.now()`. */
  readonly call: string

  constructor(call: string, remedy: string) {
    super({
      code: 'ambient_in_step',
      reason: 'strategy',
      what: `${call} was called while a step was running, and a re-run would see another result.`,
      where: callerLocation(),
      remedy,
    })
    this.call = call
  }
}

/** The author's line: packages and the guard itself stand between it and the call. */
function callerLocation(): string | undefined {
  const stack = new Error('where').stack ?? ''
  const location = findLocation(
    stack,
    ({ file }) => !file.includes('/node_modules/') && !GUARD_FILE.test(file),
  )
  return location && printLocation(location)
}
