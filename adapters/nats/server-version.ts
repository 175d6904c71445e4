// The server's version: what is too old for real money, and which of its features may be used.

/** Older servers cannot be told to sync (before 2.10), or lost acknowledged messages that were synced (before 2.12.3). */
export const NATS_SERVER_VERSION_MIN = '2.12.3'

/** What came with later servers; a feature the server lacks fails in silence or by half, so it is asked for first. */
const FEATURES = {
  /** A reader that is there is set to any sequence: strategy nodes, which may not make readers, go on where they were. */
  consumer_reset: '2.14.0',
  /** A stream that is written behind its readers: market data. */
  async_persist: '2.12.0',
} as const
export type ServerFeature = keyof typeof FEATURES

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

export function hasFeature(version: string, feature: ServerFeature): boolean {
  return compareVersions(version, FEATURES[feature]) >= 0
}

/** The first version that has it, for messages. */
export function featureSince(feature: ServerFeature): string {
  return FEATURES[feature]
}

function numbersOf(version: string): number[] {
  return (parseServerVersion(version) ?? '0.0.0').split('.').map(Number)
}
