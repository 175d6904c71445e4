// What is wrong with a definition before it runs. A handler of a misspelt name, or one that a class passes on, would never be
// called, silently.

import { nearestName } from '../../schemas/nearest-name.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { authorLine } from './author-line.ts'

/** What stands under a key that is no function. */
const KINDS: Readonly<Record<string, 'string' | 'object' | 'boolean'>> = {
  name: 'string',
  params: 'object',
  fills_residual: 'boolean',
}
const WORDS = {
  string: 'a text',
  object: 'a schema',
  boolean: 'true or false',
  function: 'a function',
} as const
/** A call of one only makes what would do the work. */
const GENERATORS = new Set(['[object GeneratorFunction]', '[object AsyncGeneratorFunction]'])

/** Refuses keys that a definition has no place for, one that lacks what it must have, and what is of another kind. */
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
  if (Object.getPrototypeOf(definition) !== Object.prototype)
    throw refusal(
      'not_plain',
      `${article} ${noun} is an instance of a class, whose methods would be lost.`,
      'Write it as an object with its keys.',
      where,
    )
  const parts = definition as Readonly<Record<string, unknown>>
  const missing = required.find((key) => parts[key] === undefined)
  if (missing !== undefined)
    throw refusal(
      'missing_key',
      `${article} ${noun} lacks the key ${missing}.`,
      `Give it ${required.join(', ')}.`,
      where,
    )
  for (const [key, part] of Object.entries(parts)) {
    if (part === undefined || isOfKind(key, part)) continue
    throw refusal(
      'bad_key',
      `The ${key} of ${article.toLowerCase()} ${noun} is not ${WORDS[KINDS[key] ?? 'function']}.`,
      (KINDS[key] ?? 'function') === 'function'
        ? `Write ${key} as a function that is no generator.`
        : `Give ${key} another value.`,
      where,
    )
  }
}

function isOfKind(key: string, part: unknown): boolean {
  const kind = KINDS[key] ?? 'function'
  return part !== null && typeof part === kind && !GENERATORS.has(Object.prototype.toString.call(part))
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
