/**
 * `list.indexOf(name)` for a list of a few names. They are mostly the same objects, and comparing those here costs a fraction
 * of the platform's call, or of a look-up by name.
 */
export function placeOf<Name extends string>(list: readonly Name[], name: Name): number {
  for (let i = 0; i < list.length; i++) if (list[i] === name) return i
  return -1
}
