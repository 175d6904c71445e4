// How long the event loop of a measured session stood still, by quarters of a second, so that those in which a snapshot was
// being taken beside it can be told from the others.

import { watch } from 'node:fs'

const BUCKET_MS = 250

export class Standstills {
  readonly #began_ms = performance.now()
  #looked_ms = this.#began_ms
  /** The longest standstill in each bucket, milliseconds. */
  readonly #longest: number[] = []
  /** Buckets in which a snapshot became one, and those before, in which it was made. */
  readonly #withSnapshot = new Set<number>()
  snapshots = 0

  /** Called on every turn of the loop. */
  readonly look = (): void => {
    const now_ms = performance.now()
    const bucket = this.#bucketOf(now_ms)
    this.#longest[bucket] = Math.max(this.#longest[bucket] ?? 0, now_ms - this.#looked_ms)
    this.#looked_ms = now_ms
  }

  /** What the bench itself did since the last look is no standstill of the session. */
  forgive(): void {
    this.#looked_ms = performance.now()
  }

  /** Notes the snapshots in an epoch's folder until the function returned is called. */
  watch(epoch_directory: string): () => void {
    const watcher = watch(epoch_directory, (_, name) => {
      if (name?.startsWith('snapshot-') !== true) return
      const bucket = this.#bucketOf(performance.now())
      if (!this.#withSnapshot.has(bucket)) this.snapshots++
      this.#withSnapshot.add(bucket - 1).add(bucket)
    })
    return () => watcher.close()
  }

  /** The longest of each quarter second, ascending; without the first second, which compiles. */
  longest(is: 'with a snapshot' | 'without'): number[] {
    return this.#longest
      .filter((_, bucket) => bucket >= 4 && this.#withSnapshot.has(bucket) === (is === 'with a snapshot'))
      .toSorted((a, b) => a - b)
  }

  #bucketOf(now_ms: number): number {
    return Math.floor((now_ms - this.#began_ms) / BUCKET_MS)
  }
}
