/** Parameters are no state: what a strategy wrote there would be in no snapshot, and its next start would see it. */
export function freezeParams(params: unknown): void {
  if (typeof params !== 'object' || params === null || Object.isFrozen(params)) return
  Object.freeze(params)
  for (const inner of Object.values(params)) freezeParams(inner)
}
