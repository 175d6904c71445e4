// Assertions stay on in production: a broken rule is a bug, and a bug stops the engine.

/** A broken rule inside the engine. Never caught and continued: the node stops and recovers by the start-up path. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws `AssertionError` with the rule's text when `condition` is false. On a hot path the text is a constant. */
export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new AssertionError(rule)
}

/** Returns `value`, asserting that it is there. */
export function must<T>(value: T | undefined | null, rule: string): T {
  if (value === undefined || value === null) throw new AssertionError(rule)
  return value
}

/** Marks a branch the types exclude. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value: ${String(value)}`)
}
