// What the node knows of an actor: a name, a state people can read, and a place in snapshots. What an actor does is in
// the handlers it subscribes; the host only keeps them together.

import type { CanonicalReader } from './canonical/canonical-reader.ts'
import type { CanonicalWriter } from './canonical/canonical-writer.ts'

export interface Actor {
  /** `<kind>/<key>`: `feed/fxcm`, `order/main`. Unique in the node. */
  readonly name: string
  /** The current state in words; for an actor of many records, how many are in which state. */
  readonly state: string
  /** A timer this actor set has fired. */
  onTimer(id: string, at_us: number): void
  /** Writes and reads everything later behaviour depends on. */
  save(writer: CanonicalWriter): void
  load(reader: CanonicalReader): void
}
