// What to say about a key the schema does not know: another unit of a known key, a misspelling of one, or neither.

import { nearestName } from '../../schemas/nearest-name.ts'

const UNITS =
  /_(ns|nanos|us|micros|ms|millis|s|sec|secs|seconds|m|min|minutes|h|hours|basis_points|bps|pips|percent|pct|units)$/
const US_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1_000,
  millis: 1_000,
  s: 1_000_000,
  sec: 1_000_000,
  secs: 1_000_000,
  seconds: 1_000_000,
  m: 60_000_000,
  min: 60_000_000,
  minutes: 60_000_000,
  h: 3_600_000_000,
  hours: 3_600_000_000,
}

export function unknownKey(
  key: string,
  value: unknown,
  known: readonly string[],
): { readonly what: string; readonly remedy: string } {
  const stem = key.replace(UNITS, '')
  const sameStem = known.find((name) => UNITS.test(name) && name.replace(UNITS, '') === stem)
  if (sameStem !== undefined) return wrongUnit(key, value, sameStem)
  const what = `the key ${key} is unknown.`
  const likely = nearestName(key, known)
  if (likely !== undefined) return { what, remedy: `Did you mean ${likely}?` }
  return { what, remedy: `Known here: ${known.join(', ')}.` }
}

function wrongUnit(key: string, value: unknown, right: string) {
  const what = `the key ${key} has the wrong unit: it is ${right} here.`
  const factor = US_PER_UNIT[UNITS.exec(key)?.[1] ?? '']
  if (!right.endsWith('_us') || factor === undefined || typeof value !== 'number') {
    return { what, remedy: `Write ${right}, with the value in that unit.` }
  }
  return { what, remedy: `Write ${right}: ${value * factor}.` }
}
