// The text of a field that mostly says what it said before: its bytes are kept and copied, which costs a fraction of taking
// them from the text again, character by character. They are those that `CanonicalWriter.text` writes.

import { CanonicalWriter } from './canonical-writer.ts'

const CAPACITY = 64

export class LastText {
  #text = ''
  readonly #bytes = new CanonicalWriter(CAPACITY)

  write(writer: CanonicalWriter, text: string): void {
    // None stands between the others, and is not to put them out.
    if (text === '') return writer.count(0)
    if (text !== this.#text) this.#keep(text)
    writer.copyOf(this.#bytes)
  }

  #keep(text: string): void {
    this.#bytes.clear()
    this.#bytes.text(text)
    this.#text = text
  }
}
