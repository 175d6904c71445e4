import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ASSUMPTIONS } from './assumptions.ts'

test('the guide lists the assumptions, all of them and in the same words', () => {
  const guide = readFileSync(new URL('../../docs/simulated-exchange.md', import.meta.url), 'utf8')
  const listed = guide.matchAll(/^- (.*(?:\n {2}.*)*)/gm).map(([, item = '']) => item.replaceAll('\n  ', ' '))
  expect([...listed]).toEqual(ASSUMPTIONS.map(({ sentence }) => sentence))
})
