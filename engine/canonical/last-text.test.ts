import { expect, test } from 'vitest'
import { CanonicalWriter } from './canonical-writer.ts'
import { LastText } from './last-text.ts'

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

test('a text is written as the writer itself writes it, whether it is the one before or another', () => {
  for (const capacity of [1, 8, 4096]) {
    const expected = new CanonicalWriter()
    const written = new CanonicalWriter(capacity)
    const last = new LastText()
    for (const text of TEXTS) {
      for (const writer of [expected, written]) writer.byte(7)
      expected.text(text)
      last.write(written, text)
    }
    expect(written.copy()).toEqual(expected.copy())
  }
})

test('what is written behind a text stays whole', () => {
  const writer = new CanonicalWriter(1)
  const last = new LastText()
  last.write(writer, 'abc')
  writer.number(1.5)
  last.write(writer, 'abc')
  const expected = new CanonicalWriter()
  expected.text('abc')
  expected.number(1.5)
  expected.text('abc')
  expect(writer.copy()).toEqual(expected.copy())
})
