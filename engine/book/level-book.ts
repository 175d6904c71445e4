// A book by price (FIX market by price, L2): a snapshot is a clear and the deltas of its levels.

import type { CanonicalReader } from '../canonical/canonical-reader.ts'
import type { CanonicalWriter } from '../canonical/canonical-writer.ts'
import { LevelSide } from './level-side.ts'

export class LevelBook {
  readonly bids = new LevelSide(1)
  readonly asks = new LevelSide(-1)

  side(side: 1 | -1): LevelSide {
    return side === 1 ? this.bids : this.asks
  }

  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }

  save(writer: CanonicalWriter): void {
    this.bids.save(writer)
    this.asks.save(writer)
  }

  load(reader: CanonicalReader): void {
    this.bids.load(reader)
    this.asks.load(reader)
  }
}
