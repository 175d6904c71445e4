// Rows of numbers, all of one width, side by side on pages of many: what would be an object each is one for thousands.

const ROWS_PER_PAGE = 256

/** The row's numbers are on its page from `start` on. */
export type NumberRow = { readonly numbers: Float64Array; readonly start: number }

export class NumberRows {
  readonly #width: number
  #page: Float64Array
  #start = 0

  constructor(width: number) {
    this.#width = width
    this.#page = new Float64Array(width * ROWS_PER_PAGE)
  }

  /** A row that is nobody else's; its page is let go with the last row on it. */
  add(): NumberRow {
    if (this.#start === this.#page.length) {
      this.#page = new Float64Array(this.#page.length)
      this.#start = 0
    }
    const row = { numbers: this.#page, start: this.#start }
    this.#start += this.#width
    return row
  }
}
