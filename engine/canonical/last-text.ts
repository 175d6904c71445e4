// Texts of a field that mostly says what it said before, or one of a few things: their bytes are kept and copied, which costs a
// fraction of taking them from the text again, character by character. They are those that `putText` puts, and want `textRoom`.

import { must } from '../../schemas/assert.ts'
import { putCount, putRun, putText, textRoom, WORD } from './put.ts'

const NO_BYTES: DataView = new DataView(new ArrayBuffer(0))

export class LastText {
  #text = ''
  #bytes: DataView = NO_BYTES
  #end = 0

  put(view: DataView, at: number, text: string): number {
    // None stands between the others, and is not to put them out.
    if (text === '') return putCount(view, at, 0)
    if (text !== this.#text) this.#keep(text)
    return putRun(view, at, this.#bytes, this.#end)
  }

  #keep(text: string): void {
    this.#bytes = roomIn(this.#bytes, textRoom(text.length))
    this.#end = putText(this.#bytes, 0, text)
    this.#text = text
  }
}

/** Two texts one behind the other, which mostly stay together. */
export class LastPair {
  #first = ''
  #second = ''
  #bytes: DataView = NO_BYTES
  #end = 0

  constructor() {
    this.#keep('', '')
  }

  put(view: DataView, at: number, first: string, second: string): number {
    if (first !== this.#first || second !== this.#second) this.#keep(first, second)
    return putRun(view, at, this.#bytes, this.#end)
  }

  #keep(first: string, second: string): void {
    this.#bytes = roomIn(this.#bytes, textRoom(first.length) + textRoom(second.length))
    this.#end = putText(this.#bytes, putText(this.#bytes, 0, first), second)
    this.#first = first
    this.#second = second
  }
}

/** A text that is one of a few. */
export class KnownText<Text extends string> {
  readonly #texts: readonly Text[]
  readonly #known: readonly LastText[]

  constructor(texts: readonly Text[]) {
    this.#texts = texts
    this.#known = texts.map(() => new LastText())
  }

  put(view: DataView, at: number, text: Text): number {
    const texts = this.#texts
    let place = 0
    // They are few, and mostly the same object: comparing costs less than a look-up.
    while (place < texts.length && texts[place] !== text) place++
    return must(this.#known[place], 'a known text is one of its list').put(view, at, text)
  }
}

function roomIn(bytes: DataView, size: number): DataView {
  return bytes.byteLength >= size ? bytes : new DataView(new ArrayBuffer(Math.ceil(size / WORD) * WORD))
}
