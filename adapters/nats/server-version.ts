// The server's version: what is too old for real money, and which of its features may be used.

/** Older servers cannot be told to sync (before 2.10), or lost acknowledged messages that were synced (before 2.12.3). */
export const NATS_SERVER_VERSION_MIN = '2.12.3'

/** The first `major.minor.patch` in a text such as `nats-server: v2.15.1`; undefined where there is none. */
export function parseServerVersion(text: string): string | undefined {
  return /\b(?:v)?(\d+\.\d+\.\d+)/.exec(text)?.[1]
}

/** Negative when `a` is older than `b`, positive when newer. Both are `major.minor.patch`; what follows is not compared. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  const index = left.findIndex((part, position) => part !== right[position])
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0)
}

export function isOldServer(version: string): boolean {
  return compareVersions(version, NATS_SERVER_VERSION_MIN) < 0
}

function numbersOf(version: string): number[] {
  return (parseServerVersion(version) ?? '0.0.0').split('.').map(Number)
}
