import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from './canonical-reader.ts'
import { CanonicalWriter } from './canonical-writer.ts'
import { BIG_ROOM, NotCanonicalError, putBig } from './put.ts'

function roundTrip(value: unknown): unknown {
  const writer = new CanonicalWriter(1)
  writer.value(value)
  const reader = new CanonicalReader(writer.copy())
  const back = reader.value()
  reader.end()
  return back
}

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.double({ noNaN: true }),
    fc.string({ unit: 'grapheme' }),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
    fc.array(fc.tuple(fc.string(), tie('value'))).map((entries) => new Map(entries)),
    fc.array(fc.integer()).map((items) => new Set(items)),
    fc.uint8Array(),
    fc.array(fc.double({ noNaN: true })).map((items) => Float64Array.from(items)),
  ),
})).value

test('every plain value reads back as it was, with its key order', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const back = roundTrip(value)
      expect(back).toEqual(value)
      if (typeof value === 'object' && value !== null && !(value instanceof Map)) {
        expect(Object.keys(back as object)).toEqual(Object.keys(value))
      }
    }),
  )
})

test('zero and minus zero differ, because a handler can tell them apart', () => {
  expect(Object.is(roundTrip(-0), -0)).toBe(true)
})

test.each([
  ['NaN', { price: Number.NaN }],
  ['a function', { callback: () => 1 }],
  ['a class instance', { when: new Date(0) }],
  ['a symbol', Symbol('x')],
])('%s is refused', (_name, value) => {
  expect(() => new CanonicalWriter().value(value)).toThrow(NotCanonicalError)
})

test('a cycle is refused, not followed for ever', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  expect(() => new CanonicalWriter().value(cycle)).toThrow(NotCanonicalError)
})

test('a cut encoding is refused with the byte it ends at', () => {
  const writer = new CanonicalWriter()
  writer.text('EURUSD')
  expect(() => new CanonicalReader(writer.copy(0, 7)).text()).toThrow('ends at byte 7')
})

test('a run of another writer is written as its bytes would be', () => {
  const texts = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(texts, fc.string(), (before, text) => {
      const source = new CanonicalWriter(1)
      for (const each of before) source.text(each)
      const from = source.length
      source.text(text)
      const [run, bytes] = [new CanonicalWriter(1), new CanonicalWriter(1)]
      run.bytesOf(source, from, source.length)
      bytes.bytes(source.copy(from))
      expect(run.copy()).toEqual(bytes.copy())
    }),
  )
})

test('a view shows what is written now, whatever view was handed out before', () => {
  const writer = new CanonicalWriter(8)
  for (const text of ['abcd', 'efgh', 'a longer one', 'short', 'again']) {
    writer.clear()
    writer.text(text)
    expect(writer.view()).toEqual(writer.copy())
    expect(writer.view(4)).toEqual(writer.copy(4))
  }
})

test('an amount of money that is put reads back as it was, at its largest, too, and what counts further is a bug', () => {
  const edges = [0n, 2n ** 53n, 2n ** 63n, 2n ** 64n, 10n ** 38n - 1n].flatMap((edge) => [
    edge - 1n,
    edge,
    1n - edge,
    -edge,
  ])
  const amount = fc.oneof(
    fc.bigInt({ min: 1n - 2n ** 127n, max: 2n ** 127n - 1n }),
    fc.constantFrom(...edges),
  )
  fc.assert(
    fc.property(amount, fc.string({ maxLength: 9 }), (value, before) => {
      const put = new CanonicalWriter(1)
      const expected = new CanonicalWriter(1)
      for (const writer of [put, expected]) writer.text(before)
      put.extendTo(putBig(put.room(BIG_ROOM), put.length, value))
      expected.big(value)
      expect(put.copy()).toEqual(expected.copy())
      const reader = new CanonicalReader(put.copy())
      expect([reader.text(), reader.big()]).toEqual([before, value])
      reader.end()
    }),
    { numRuns: 1000 },
  )
  expect(() => putBig(new DataView(new ArrayBuffer(200)), 0, 2n ** 400n)).toThrow('38 digits')
})

test('what is put beyond its room is a bug', () => {
  const writer = new CanonicalWriter(8)
  writer.room(8)
  expect(() => writer.extendTo(4096)).toThrow('stays in its room')
})
