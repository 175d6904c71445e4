import { expect, test } from 'vitest'
import { machinePlaces, titleFindings } from './text-rules.ts'

test('paths and registries of one machine are found, whatever the file', () => {
  const folders = ['root', 'home', 'Users']
  const text = [
    ...folders.map((folder) => `cd /${folder}/me`),
    `https${'://'}registry.example.com/a.tgz`,
  ].join('\n')
  expect(machinePlaces('docs/a.md', text).map(({ line }) => line)).toEqual([1, 2, 3, 4])
})

test('relative paths, urls and code are no paths of a machine', () => {
  const text =
    '../shared/data ./home/a src/root/b https://example.com/home/a ~/home/b registry.get(1) a / work / b'
  expect(machinePlaces('docs/a.md', text)).toEqual([])
})

test('a page opens with its only title; a comment in a code block is none', () => {
  expect(titleFindings('a.md', '# A\n\n```sh\n# a comment\n```\n\n## B\n')).toEqual([])
  expect(titleFindings('a.md', 'A\n\n# B\n\n# C\n')).toEqual([
    { path: 'a.md', line: 1, rule: 'does not open with a title: `# …`' },
    { path: 'a.md', line: 5, rule: 'has a second title: use `##`' },
  ])
})
