import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CanonicalReader } from './canonical-reader.ts'
import { CanonicalWriter } from './canonical-writer.ts'
import { lossIn } from './loss.ts'

const shared = { size: 1 }
const floats = new Float64Array(4)
const cycle: Record<string, unknown> = {}
cycle['self'] = cycle
class Level {
  price = 1
}

const LOSSES: readonly (readonly [what: string, value: unknown, path: string])[] = [
  ['an object that stands in two places', { first: shared, levels: [shared] }, 'levels.0'],
  [
    'an array that is in two entries of a Map',
    new Map([
      ['a', floats],
      ['b', floats],
    ]),
    'b',
  ],
  ['a cycle', { cycle }, 'cycle.self'],
  ['two views of one memory', [floats.subarray(0, 2), floats.subarray(2)], '1'],
  ['an array with a key of its own', { levels: Object.assign([1], { best: 1 }) }, 'levels'],
  ['an array with a hole', { levels: new Array(2) }, 'levels'],
  ['a Map with a key of its own', { byId: Object.assign(new Map(), { last: 1 }) }, 'byId'],
  ['an object without a prototype', { byId: Object.create(null) }, 'byId'],
  ['half a surrogate pair', { note: 'x\ud800' }, 'note'],
  ['half a surrogate pair as a key', { '\udc00': 1 }, '\udc00'],
  ['a symbol as a key', { inner: { [Symbol('x')]: 1 } }, 'inner'],
  ['NaN in an array', { levels: [1, Number.NaN] }, 'levels.1'],
  ['NaN among floats', { levels: Float64Array.of(1, Number.NaN) }, 'levels.1'],
  ['a function', { callback: () => 1 }, 'callback'],
  ['an instance of a class', { level: new Level() }, 'level'],
  ['a class of Map', { map: new (class Book extends Map {})() }, 'map'],
  [
    'a getter that throws',
    {
      level: {
        price: 1,
        get size() {
          throw new Error('asked')
        },
      },
    },
    'level',
  ],
  [
    'a proxy that throws',
    {
      level: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('asked')
          },
        },
      ),
    },
    'level',
  ],
  ['NaN as a key of a Map', new Map([[Number.NaN, 1]]), 'NaN'],
]

test.each(LOSSES)('%s is found, with its path', (_, value, path) => {
  expect(lossIn(value)?.path.join('.')).toBe(path)
})

test('nesting ends where the encoding refuses it', () => {
  const nested = (levels: number) => {
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = [value]
    return value
  }
  expect(() => new CanonicalWriter().value(nested(64))).not.toThrow()
  expect(lossIn(nested(64))).toBeUndefined()
  expect(() => new CanonicalWriter().value(nested(65))).toThrow()
  expect(lossIn(nested(65))?.reason).toContain('deeper')
})

test('a value without a loss comes back as it was', () => {
  const value = fc.anything({
    withBigInt: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    stringUnit: 'binary',
  })
  let kept = 0
  fc.assert(
    fc.property(value, (before) => {
      if (lossIn(before) !== undefined) return
      kept++
      const writer = new CanonicalWriter()
      writer.value(before)
      expect(new CanonicalReader(writer.copy()).value()).toStrictEqual(before)
    }),
    { numRuns: 500 },
  )
  expect(kept).toBeGreaterThan(100)
})
