// The state a live session is restored from: the node, and the sends whose fate is open. It stands as the base of an
// epoch, where it is authority, and in snapshot records inside one, where it is a cache with a digest of its own: one
// that does not match is passed over.

import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { sameBytes } from '../journal/parse-batch.ts'
import type { Node } from '../node.ts'
import type { Sha256 } from '../sha256-port.ts'
import type { OpenSends } from './open-sends.ts'

/** A session's first base. */
export const EMPTY_STATE = new Uint8Array(0)

const DIGEST_SIZE = 32
const STATE_CAPACITY = 1 << 16

export function saveState(node: Node, sends: OpenSends): Uint8Array {
  const writer = new CanonicalWriter(STATE_CAPACITY)
  node.save(writer)
  sends.save(writer)
  return writer.view()
}

/** Loads into a node just built. */
export function loadState(state: Uint8Array, node: Node, sends: OpenSends): void {
  if (state.length === 0) return
  const reader = new CanonicalReader(state)
  node.load(reader)
  sends.load(reader)
  reader.end()
}

export function snapshotRecord(state: Uint8Array, sha256: Sha256): Uint8Array {
  const record = new Uint8Array(DIGEST_SIZE + state.length)
  record.set(sha256.digest(state))
  record.set(state, DIGEST_SIZE)
  return record
}

/** The state in a snapshot record, undefined where its digest does not match. */
export function stateOfSnapshot(record: Uint8Array, sha256: Sha256): Uint8Array | undefined {
  const state = record.subarray(DIGEST_SIZE)
  return sameBytes(sha256.digest(state), record.subarray(0, DIGEST_SIZE)) ? state : undefined
}
