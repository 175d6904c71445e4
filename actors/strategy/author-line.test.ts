import { expect, test } from 'vitest'
import { authorLine } from './author-line.ts'

const root = new URL('../../', import.meta.url).pathname

function thrownAt(...frames: string[]): Error {
  const error = new Error('no')
  error.stack = ['Error: no', ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

test('the author’s line is the innermost frame outside the engine, as a path without what the loader added', () => {
  const error = thrownAt(
    `HandlerContext.submit (file://${root}actors/strategy/handler-context.ts:9:1)`,
    'Object.onQuote (file:///home/a%20b/cross.ts?strategy=1f:12:5)',
    `HandlerRunner.run (file://${root}actors/strategy/handler-runner.ts:9:1)`,
  )
  expect(authorLine(error)).toBe('/home/a b/cross.ts:12')
})

test('an example is its author’s, too; a package of the engine’s is nobody’s', () => {
  expect(authorLine(thrownAt(`onBar (${root}actors/strategy/examples/x.ts:3:1)`))).toBe(
    `${root}actors/strategy/examples/x.ts:3`,
  )
  expect(authorLine(thrownAt(`parse (${root}node_modules/x/x.js:3:1)`))).toBe('')
})

test('what is no error has no line', () => {
  expect(authorLine('no')).toBe('')
})
