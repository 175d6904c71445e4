// What is wrong with a definition before it runs. A handler of a misspelt name would never be called, silently.

import { nearestName } from '../../schemas/nearest-name.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { authorLine } from './author-line.ts'

/** Refuses keys that a definition has no place for, and one that lacks what it must have. */
export function refuseDefinition(
  definition: object,
  required: readonly string[],
  known: readonly string[],
  where = authorLine(new Error('where')),
  noun = 'strategy',
): void {
  const article = /^[aeiou]/.test(noun) ? 'An' : 'A'
  for (const key of Object.keys(definition)) {
    if (known.includes(key)) continue
    const likely = nearestName(key, known)
    throw refusal(
      'unknown_key',
      `${article} ${noun} has the key ${key}, which is unknown.`,
      likely === undefined ? `Its keys: ${known.join(', ')}.` : `Did you mean ${likely}?`,
      where,
    )
  }
  const missing = required.find((key) => (definition as Record<string, unknown>)[key] === undefined)
  if (missing === undefined) return
  throw refusal(
    'missing_key',
    `${article} ${noun} lacks the key ${missing}.`,
    `Give it ${required.join(', ')}.`,
    where,
  )
}

function refusal(code: string, what: string, remedy: string, where: string): OperatingError {
  return new OperatingError({
    code: `strategy.${code}`,
    reason: 'usage',
    what,
    where: where === '' ? undefined : where,
    remedy,
  })
}
