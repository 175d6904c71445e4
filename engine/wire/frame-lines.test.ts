import { expect, test } from 'vitest'
import { RandomStream } from '../random-stream.ts'
import { FrameLines } from './frame-lines.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

test('[F1] lines come out the same however the bytes are cut', () => {
  const lines = ['{"a":1}', '', 'é€😀'.repeat(20), 'x'.repeat(999)]
  const bytes = bytesOf(lines.map((line) => `${line}\n`).join(''))
  const random = new RandomStream(1, 'cuts')
  for (let round = 0; round < 200; round++) {
    const splitter = new FrameLines(1000)
    const found: string[] = []
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + 1 + random.nextInt(400))
      found.push(...(splitter.push(bytes.slice(from, to)) ?? ['broken']))
      from = to
    }
    expect(found).toEqual(lines)
  }
})

test('[F2] a line of more bytes than the bound breaks the stream before its end has come', () => {
  const splitter = new FrameLines(10)
  expect(splitter.push(bytesOf('123456789\n'))).toEqual(['123456789'])
  expect(splitter.push(bytesOf('12345'))).toEqual([])
  expect(splitter.push(bytesOf('67890'))).toBeUndefined()
})

test('[F2] what is no UTF-8 breaks the stream', () => {
  expect(new FrameLines(10).push(new Uint8Array([0xc3, 0x28, 10]))).toBeUndefined()
})
