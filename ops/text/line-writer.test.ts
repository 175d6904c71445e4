import { expect, onTestFinished, test } from 'vitest'
import { LineWriter } from './line-writer.ts'

test('lines come out whole and in order, and closing waits for the last', async () => {
  const written: string[] = []
  const writer = new LineWriter(async (text) => void written.push(text))
  writer.print('one')
  writer.print('two')
  await writer.close()
  expect(written.join('')).toBe('one\ntwo\n')
})

test('printing waits for no reader; one who is too far behind is told how many lines are left out', async () => {
  const written: string[] = []
  const reader = Promise.withResolvers<void>()
  const writer = new LineWriter(async (text) => {
    await reader.promise
    written.push(text)
  })
  onTestFinished(() => writer.close())
  for (let line = 0; line < 10_025; line++) writer.print(String(line))
  reader.resolve()
  await writer.close()
  expect(written.join('').split('\n').slice(-4)).toEqual(['9998', '9999', '… 25 lines left out', ''])
})

test('when nobody reads any more, what is printed is dropped and closing is no fault', async () => {
  let tries = 0
  const writer = new LineWriter(() => Promise.reject(new Error(`broken pipe ${++tries}`)))
  writer.print('one')
  await writer.close()
  writer.print('two')
  await writer.close()
  expect(tries).toBe(1)
})
