import { expect, test } from 'vitest'
import { findLocation, sourceLocation } from './source-location.ts'

test.each([
  ['file:///home/a/s.ts?strategy=1f:3', { file: '/home/a/s.ts', line: 3 }],
  ['/home/a b/s.ts:12', { file: '/home/a b/s.ts', line: 12 }],
  ['    at onBar (file:///home/a%20b/s.ts?strategy=1f:3:7)', { file: '/home/a b/s.ts', line: 3 }],
  ['    at Object.onBar (/home/a/s.ts:3:7)', { file: '/home/a/s.ts', line: 3 }],
  ['    at file:///home/a/s.ts:1:11', { file: '/home/a/s.ts', line: 1 }],
  ['    at /home/a/s.ts:1:11', { file: '/home/a/s.ts', line: 1 }],
  ['    at async onBar (/home/a/s.ts:30:7)', { file: '/home/a/s.ts', line: 30 }],
  ['    at wrapSafe (node:internal/modules/cjs/loader:1888:18)', undefined],
  ['    at new Promise (<anonymous>)', undefined],
  ['SyntaxError: Unexpected token', undefined],
])('%j names %j', (line, location) => {
  expect(sourceLocation(line)).toEqual(location)
})

test('the innermost accepted frame is found', () => {
  const stack = [
    'Error: no',
    '    at inner (/x/node_modules/p/p.js:1:1)',
    '    at onBar (/x/s.ts:5:2)',
    '    at step (/e/node.ts:9:9)',
  ]
  expect(findLocation(stack.join('\n'), ({ file }) => !file.includes('node_modules'))).toEqual({
    file: '/x/s.ts',
    line: 5,
  })
  expect(findLocation('Error: no', () => true)).toBeUndefined()
})
