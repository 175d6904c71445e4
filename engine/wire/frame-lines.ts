// Cuts a stream of bytes into lines of bounded length. A line that is too long, or is no UTF-8, is no line: the stream is
// beyond repair, and whoever reads it ends it.

const LINE_END = 10

export class FrameLines {
  readonly #bytes_max: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  /** The beginning of a line whose end has not come, in the pieces it came in. */
  #pieces: Uint8Array[] = []
  #held_bytes = 0

  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max
  }

  /** The lines that end in `bytes`, without their ends; undefined where the stream is broken. */
  push(bytes: Uint8Array): string[] | undefined {
    const lines: string[] = []
    let from = 0
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
      const text = this.#take(bytes.subarray(from, end))
      if (text === undefined) return undefined
      lines.push(text)
      from = end + 1
    }
    if (!this.#hold(bytes.subarray(from))) return undefined
    return lines
  }

  #take(last: Uint8Array): string | undefined {
    if (!this.#hold(last)) return undefined
    const whole =
      this.#pieces.length === 1 ? (this.#pieces[0] as Uint8Array) : joined(this.#pieces, this.#held_bytes)
    this.#pieces = []
    this.#held_bytes = 0
    try {
      return this.#decoder.decode(whole)
    } catch (error) {
      if (error instanceof TypeError) return undefined
      throw error
    }
  }

  #hold(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return true
    this.#held_bytes += bytes.length
    if (this.#held_bytes >= this.#bytes_max) return false
    this.#pieces.push(bytes)
    return true
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
