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

test.each([
  ['a text', new LastText()],
  ['a known text', new KnownText(TEXTS)],
])('%s is put as the writer itself writes it, whether it is the one before or another', (_name, texts) => {
  expect(
    written((writer) => {
      for (const text of TEXTS)
        writer.extendTo(texts.put(writer.room(textRoom(text.length)), writer.length, text))
    }),
  ).toEqual(
    written((writer) => {
      for (const text of TEXTS) writer.text(text)
    }),
  )
})

test('two texts are put as the writer itself writes them, whichever of them is another', () => {
  const rising = TEXTS.flatMap((first) => TEXTS.map((second) => [first, second] as const))
  // Each of the two changes alone, too.
  const pairs = [...rising, ...rising.map(([first, second]) => [second, first] as const)]
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

test('a text that is not among the known is a bug', () => {
  const view = new DataView(new ArrayBuffer(64))
  expect(() => new KnownText(TEXTS).put(view, 0, 'another')).toThrow('one of its list')
})
