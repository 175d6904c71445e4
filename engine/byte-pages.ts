// Where short runs of bytes are written one behind the other and stay as they are: a page is one piece of memory for
// thousands of them, and is let go with the last run on it. A run is known by its page and its place there, because a view
// of so few bytes costs more than they do.

import { CanonicalWriter } from './canonical/canonical-writer.ts'

const PAGE_BYTES = 1 << 18
/** A run seldom takes more than the rest of the page; where one does, the page grows. */
const PAGE_FULL = PAGE_BYTES - 4_096

export class BytePages {
  #page = new CanonicalWriter(PAGE_BYTES)

  /** The page the next run is to be appended to. */
  get page(): CanonicalWriter {
    if (this.#page.length > PAGE_FULL) this.#page = new CanonicalWriter(PAGE_BYTES)
    return this.#page
  }
}
