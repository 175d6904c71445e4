import { expect, test } from 'vitest'
import { CanonicalWriter } from './canonical-writer.ts'
import { KnownText, LastPair, LastText } from './last-text.ts'
import { textRoom } from './put.ts'

const TEXTS = [
  '',
  'a',
  'a',
  'seven',
  'a text of more than eight bytes',
  '',
  'a text of more than eight bytes',
  'é and 😀',
  `${'long '.repeat(40)}end`,
  '€'.repeat(101),
  'a',
]

function written(write: (writer: CanonicalWriter) => void): Uint8Array {
  const writer = new CanonicalWriter(1)
  for (let i = 0; i < 2; i++) {
    write(writer)
    writer.number(1.5)
  }
  return writer.copy()
}

test('a text is put as the writer itself writes it, whether it is the one before or another', () => {
  const last = new LastText()
  expect(
    written((writer) => {
      for (const text of TEXTS)
        writer.extendTo(last.put(writer.room(textRoom(text.length)), writer.length, text))
    }),
  ).toEqual(
    written((writer) => {
      for (const text of TEXTS) writer.text(text)
    }),
  )
})

test('two texts are put as the writer itself writes them, whichever of them is another', () => {
  const pairs = TEXTS.flatMap((first) => TEXTS.map((second) => [first, second] as const))
  const last = new LastPair()
  expect(
    written((writer) => {
      for (const [first, second] of pairs) {
        const view = writer.room(textRoom(first.length + second.length) + 4)
        writer.extendTo(last.put(view, writer.length, first, second))
      }
    }),
  ).toEqual(
    written((writer) => {
      for (const text of pairs.flat()) writer.text(text)
    }),
  )
})

test('a known text is put as the writer itself writes it, and another is a bug', () => {
  const known = new KnownText(TEXTS)
  expect(
    written((writer) => {
      for (const text of TEXTS)
        writer.extendTo(known.put(writer.room(textRoom(text.length)), writer.length, text))
    }),
  ).toEqual(
    written((writer) => {
      for (const text of TEXTS) writer.text(text)
    }),
  )
  expect(() => known.put(new DataView(new ArrayBuffer(64)), 0, 'another')).toThrow('one of its list')
})
