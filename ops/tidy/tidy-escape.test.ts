import { expect, test } from 'vitest'
import { bannedConstructs } from './banned-constructs.ts'
import { parseSource } from './source-file.ts'
import { withEscapes } from './tidy-escape.ts'

test('an escape with a reason covers the findings of its line and of no other', () => {
  const code = 'Date.now() // tidy-ok: the sample of a test\nDate.now()\n'
  expect(checked(code)).toEqual([
    { path: 'engine/a.ts', line: 2, rule: expect.stringContaining('wall clock') },
  ])
})

test.each(['// tidy-ok:', '// tidy-ok:  ', '// tidy-ok'])(
  'an escape without a reason is an offence: %s',
  (comment) => {
    expect(checked(`Date.now() ${comment}`)).toEqual([
      { path: 'engine/a.ts', line: 1, rule: expect.stringContaining('without a reason') },
    ])
  },
)

test('an escape that excuses nothing is an offence', () => {
  expect(checked('f() // tidy-ok: once there was a clock here')).toEqual([
    { path: 'engine/a.ts', line: 1, rule: expect.stringContaining('excuses nothing') },
  ])
})

test('an escape inside a string is none', () => {
  expect(checked("Date.now('// tidy-ok: no')")).toEqual([
    { path: 'engine/a.ts', line: 1, rule: expect.stringContaining('wall clock') },
  ])
})

function checked(code: string) {
  const source = parseSource('engine/a.ts', code)
  return withEscapes(source, bannedConstructs(source))
}
