import { expect, test } from 'vitest'
import { leftoverNotes, longFunctions } from './leftovers.ts'
import { parseSource } from './source-file.ts'

test('a note to oneself is found in a comment, and is no note in a string', () => {
  const words = ['TODO', 'FIXME', 'XXX']
  for (const word of words) {
    const source = parseSource(
      'ops/a.ts',
      `const a = '${word}' + \`${word} \${'${word}'} ${word}\`\n// ${word}: later\n/* ${word} */\nconst ${word}S = 1\n`,
    )
    expect(leftoverNotes(source).map(({ line }) => line)).toEqual([2, 3])
  }
})

test('a function of 70 lines passes, one of 71 is asked about', () => {
  expect(longFunctions(functionOfLines(70))).toEqual([])
  expect(longFunctions(functionOfLines(71))).toEqual([
    { path: 'ops/a.ts', line: 2, rule: expect.stringContaining('a function of 71 lines') },
  ])
})

test('a method is a function, a long test is none', () => {
  const { text } = functionOfLines(80)
  const method = parseSource('ops/a.ts', `class A {\n${text.trim().replace('function ', '')}\n}`)
  expect(longFunctions(method)).toHaveLength(1)
  expect(longFunctions(parseSource('ops/a.test.ts', text))).toEqual([])
})

function functionOfLines(count: number) {
  return parseSource('ops/a.ts', `\nfunction f() {${'\n'.repeat(count - 1)}}\n`)
}
