import { expect, test } from 'vitest'
import { assert } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { failureOf, failureText } from './failure.ts'

test('an operating error says what, where and what to do', () => {
  const failure = failureOf(
    new OperatingError({
      code: 'a.b',
      reason: 'data',
      what: 'It broke.',
      where: 'x.csv:3',
      remedy: 'Mend it.',
    }),
  )
  expect(failureText(failure)).toBe(
    'Error: It broke.\n  where: x.csv:3\n  what to do: Mend it.\n  (a.b, exit code 3)\n',
  )
})

test('anything else is a bug: exit code 1, with its stack and those of its causes', () => {
  const failure = failureOf(new Error('outer', { cause: caught(() => assert(false, 'the rule')) }))
  expect(failure).toMatchObject({ exit_code: 1, code: 'bug', what: 'outer' })
  const text = failureText(failure)
  expect(text).toContain('failure.test.ts')
  expect(text).toContain('Caused by: AssertionError: the rule')
  expect(text).toContain('This is a bug in orrery (exit code 1).')
})

test('a thrown text is a bug, too', () => {
  expect(failureOf('oops').what).toBe('not an error was thrown: oops')
})

function caught(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
