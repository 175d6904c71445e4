// What a session says of an error that a strategy left behind in a promise or a callback. Which strategy it was nobody knows
// but its author's line; none has asked for anything by it, and the session goes on.

import { toldError } from '../../actors/strategy/strategy-fault.ts'
import type { StrayError } from '../../adapters/stray-errors/stray-errors.ts'

export function strayText({ error, line }: StrayError): string {
  const where = line === '' ? '' : ` (${line})`
  return `FAULT a promise or callback that a strategy left behind failed: ${toldError(error).message}${where} [stray_error]`
}
