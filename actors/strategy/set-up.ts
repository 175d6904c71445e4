// What a definition asks for before anything runs: its own functions are called, and what they name is made. The ambient
// world is closed meanwhile, since a re-run must be asked the same; what goes wrong is the author's to mend.

import type { StepGate } from '../../engine/step-gate.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { toldError } from './strategy-fault.ts'

/** @param part the key of the definition that is being asked. */
export function runSetUp<T>(gate: StepGate, strategy_id: string, part: string, run: () => T): T {
  gate.step_running = true
  try {
    return run()
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    const { message, line } = toldError(cause)
    throw new OperatingError({
      code: 'strategy.bad_set_up',
      reason: 'strategy',
      what: `The strategy ${strategy_id} cannot be set up by its ${part}: ${message}.`,
      where: line === '' ? `strategies.${strategy_id}` : line,
      remedy: `Correct what ${part} returns for the instruments and parameters of the configuration.`,
      cause,
    })
  } finally {
    gate.step_running = false
  }
}

/**
 * What a definition's own function returned, by the author's names. A promise of it, and a key that no part has, would be passed
 * over.
 */
export function askedParts<Part extends object>(
  asked: Readonly<Record<string, Part>>,
  keys: ReadonlySet<keyof Part & string>,
): [name: string, part: Part][] {
  if (typeof asked !== 'object' || asked === null || Object.getPrototypeOf(asked) !== Object.prototype)
    throw new Error('an object with a name for each is to be returned, and no promise of it')
  for (const [name, part] of Object.entries(asked)) {
    const other = Object.keys(part).find((key) => !keys.has(key as keyof Part & string))
    if (other !== undefined) throw new Error(`${name} has no ${other}; it may say ${[...keys].join(', ')}`)
  }
  return Object.entries(asked)
}
