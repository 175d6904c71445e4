// How long the event loop of a measured session or exchange stood still, by quarters of a second, so that those in which a snapshot was
// being taken beside it can be told from the others.

import { watch } from 'node:fs'
import { must } from '../../schemas/assert.ts'
import { type Figure, figure } from './figure.ts'

const BUCKET_MS = 250

export class Standstills {
  readonly #clock: () => number
  readonly #began_ms = performance.now()
  #looked_ms: number
  /** The longest standstill in each bucket, milliseconds. */
  readonly #longest: number[] = []
  /** Buckets in which a snapshot became one, and those before, in which it was made. */
  readonly #withSnapshot = new Set<number>()
  snapshots = 0

  /** @param clock milliseconds: what a standstill is measured in. */
  constructor(clock = () => performance.now()) {
    this.#clock = clock
    this.#looked_ms = clock()
  }

  /** Called on every turn of the loop. */
  readonly look = (): void => {
    const now_ms = this.#clock()
    const bucket = this.#bucketOf(performance.now())
    this.#longest[bucket] = Math.max(this.#longest[bucket] ?? 0, now_ms - this.#looked_ms)
    this.#looked_ms = now_ms
  }

  /** What the bench itself did since the last look is no standstill of what it measures. */
  forgive(): void {
    this.#looked_ms = this.#clock()
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

/** A run too short for a snapshot says nothing of one. */
export function standstillFigures(standstills: Standstills, of: string): Figure[] {
  return (['with a snapshot', 'without'] as const).flatMap((is) => {
    const longest = standstills.longest(is)
    const last = longest.at(-1)
    if (last === undefined) return []
    const name = `${of}: longest standstill of a quarter second, ${is}`
    return [
      figure(`${name}, median`, 'ms', [must(longest[longest.length >> 1], 'a list has a middle')]),
      figure(`${name}, of all`, 'ms', [last]),
    ]
  })
}
