// XState's rules for which `on` keys meet an event, and in which order their transitions are tried.

/** `order.*` meets `order` and whatever starts with `order.`; any other descriptor meets only itself. */
export function meetsEvent(descriptor: string, type: string): boolean {
  if (!isPartialWildcard(descriptor)) return descriptor === type
  const prefix = descriptor.slice(0, -2)
  return type === prefix || type.startsWith(`${prefix}.`)
}

/** The descriptors that meet `type`, most specific first: the exact one, then longer wildcards before shorter ones. */
export function descriptorsFor(type: string, descriptors: Iterable<string>): string[] {
  const met = [...descriptors].filter((descriptor) => meetsEvent(descriptor, type))
  return met.sort((a, b) => rank(b, type) - rank(a, type))
}

export function isPartialWildcard(descriptor: string): boolean {
  return descriptor.endsWith('.*')
}

function rank(descriptor: string, type: string): number {
  return descriptor === type ? Number.POSITIVE_INFINITY : descriptor.length
}
