import { expect, test } from 'vitest'
import { alignedName, decodeNativeBlocks, encodeNativeBlock } from './native-format.ts'

const block = (count: number) => ({
  count,
  columns: [Float64Array.from({ length: count }, (_, index) => index / 4), new Float64Array(count).fill(-7)],
})
const bytesOf = (count: number) =>
  Buffer.concat(encodeNativeBlock([alignedName(0), alignedName(1)], block(count)))

test('blocks of any length come back as they went, several to a chunk, at any offset', () => {
  const counts = [1, 127, 128, 16_383, 16_384, 40_000]
  const chunk = Buffer.concat([Buffer.from([9]), ...counts.map(bytesOf)]).subarray(1)
  expect([...decodeNativeBlocks(chunk)]).toEqual(counts.map(block))
})

test('the columns of a full block are views of the chunk, not copies', () => {
  const chunk = new Uint8Array(bytesOf(32_768))
  for (const { columns } of decodeNativeBlocks(chunk)) {
    expect(columns.map(({ buffer }) => buffer === chunk.buffer)).toEqual([true, true])
  }
})

test('a chunk that ends inside a block is an error, never a shorter block', () => {
  const chunk = bytesOf(300)
  for (const length of [1, 5, 700, chunk.length - 1]) {
    expect(() => [...decodeNativeBlocks(chunk.subarray(0, length))]).toThrow('whole blocks')
  }
})
