// Histories that cannot be imported: each is refused with its line, and the store stays without it.

import { mkdirSync, writeFileSync } from 'node:fs'
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { refusal, useBadInputFolder } from './bad-input.test-support.ts'
import { runCli } from './run-cli.test-support.ts'

const folder = useBadInputFolder()
const store = folder.file('import-ticks')
const MAPPING = `kind: quote
instrument: EURUSD.gen
time_format: iso
time_zone: UTC
columns: { time: time, bid_price: bid, ask_price: ask }
`
const HEADER = 'time,bid,ask\n'
const FIRST = '2024-03-04T08:00:01Z,1.1,1.2\n'

const FILES: readonly (readonly [fault: string, text: string, error: object])[] = [
  [
    'nothing in it',
    '',
    { code: 'import.empty_file', what: 'The file is empty.', where: '', remedy: 'Get the file again.' },
  ],
  [
    'no rows',
    HEADER,
    {
      code: 'import.no_rows',
      what: 'The file has no rows to import.',
      where: '',
      remedy: 'Check that it is the right file, and whole.',
    },
  ],
  [
    'a text for a price',
    `${HEADER}${FIRST}2024-03-04T08:00:02Z,high,1.2\n`,
    {
      code: 'import.bad_number',
      what: '"high" is no price.',
      where: ', line 3',
      remedy: 'Write a plain decimal such as 1.0854, or correct what the mapping says about the columns.',
    },
  ],
  [
    'a clock that runs back',
    `${HEADER}${FIRST}2024-03-04T08:00:00Z,1.1,1.2\n`,
    {
      code: 'import.time_goes_back',
      what: 'The time is before that of the row above it.',
      where: ', line 3',
      remedy: 'Sort the file by time, keeping the order of equal times.',
    },
  ],
  [
    'a line cut off',
    `${HEADER}${FIRST}2024-03-04T08:00:02Z,1.1`,
    {
      code: 'import.column_count',
      what: 'The line has 2 columns, the first one 3.',
      where: ', line 3',
      remedy: 'Correct the file, or the delimiter in the mapping.',
    },
  ],
]

test.each(FILES)('a CSV file with %s is refused with its place', (_, text, expected) => {
  const mapping = folder.file('mapping.yaml')
  writeFileSync(mapping, MAPPING)
  const file = folder.file('quotes.csv')
  writeFileSync(file, text)
  const { where, ...error } = refusal(['import', file, '--mapping', mapping, '--store', store])
  expect({ ...error, where: where?.replace(file, '') }).toEqual({ exit_code: 3, ...expected })
  expect(JSON.parse(runCli(['data', '--store', store, '--json']).stdout)).toEqual([])
})

test('a zip whose download broke off is refused with its name', () => {
  const home = folder.file('forex/oanda/tick/eurusd')
  mkdirSync(home, { recursive: true })
  const rows = Array.from({ length: 100 }, (_, i) => `${i * 1_000},1.1${i % 10},1.2`).join('\n')
  const archive = zipSync({ '20140507_eurusd_tick_quote.csv': new TextEncoder().encode(rows) })
  const file = `${home}/20140507_quote.zip`
  writeFileSync(file, archive.subarray(0, archive.length >> 1))
  expect(refusal(['import', file, '--lean', '--store', store])).toEqual({
    exit_code: 3,
    code: 'import.corrupt_zip',
    what: 'The file is no zip archive, or its end is missing.',
    where: file,
    remedy: 'Get the file again.',
  })
})
