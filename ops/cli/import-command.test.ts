import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli } from './run-cli.test-support.ts'

const GUIDE = new URL('../../docs/importing.md', import.meta.url)

let directory = ''
let store = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-import-'))
  store = join(directory, 'store')
  const guide = await readFile(GUIDE, 'utf8')
  const example = (language: string, number = 0) =>
    must(
      [...guide.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))][number]?.[1],
      language,
    )
  await writeFile(join(directory, 'quotes.csv'), example('csv'))
  await writeFile(join(directory, 'quotes.yaml'), example('yaml'))
  await writeFile(join(directory, 'bars.yaml'), example('yaml', 1))
})
afterAll(() => rm(directory, { recursive: true }))

const importCsv = (...args: string[]) =>
  runCli(['import', ...args, '--store', store], { cwd: directory, environment: { TZ: 'Asia/Tokyo' } })
const stored = () => runCli(['data', '--store', store, '--json']).stdout

test("the guide's example imports, once, and a copy under another name is recognised", async () => {
  const args = ['quotes.csv', '--mapping', 'quotes.yaml']
  expect(importCsv(...args)).toEqual({
    exit_code: 0,
    stdout:
      'series             rows  from                         to                           already there\n' +
      'EURUSD.fxcm quote     3  2024-01-02T13:00:00.125000Z  2024-01-02T13:00:01.000000Z              0\n',
    stderr: '',
  })
  const before = stored()
  await copyFile(join(directory, 'quotes.csv'), join(directory, 'copy.csv'))
  expect(importCsv('copy.csv', '--mapping', 'quotes.yaml').stdout).toContain(
    'copy.csv has the content that was imported as quotes.csv.',
  )
  const { stdout } = importCsv(...args, '--json')
  expect(JSON.parse(stdout)).toMatchObject([
    {
      file: 'quotes.csv',
      already_present: true,
      source_name: 'quotes.csv',
      row_count: 3,
      series: { instrument_id: 'EURUSD.fxcm', kind: 'quote' },
      mapping: { format: 'csv', time_zone: 'America/New_York' },
      from: '2024-01-02T13:00:00.125000Z',
      to: '2024-01-02T13:00:01.000000Z',
    },
  ])
  expect(stored()).toEqual(before)
})

test("the guide's bars come in at their ends", async () => {
  await writeFile(join(directory, 'bars.csv'), 'time,open,high,low,close,volume\n1704196800,10,12,9,11,0.5\n')
  const { stdout } = importCsv('bars.csv', '--mapping', 'bars.yaml')
  expect(stdout).toContain('BTCUSD.coinbase bar 60 s last     1  2024-01-02T12:01:00.000000Z')
})

test('instruments of a file of one’s own are used, and no other unknown one', async () => {
  const csv = 'id,t,p,s\nACME.home,2024-01-02T12:00:00Z,1.25,3\n'
  await writeFile(join(directory, 'trades.csv'), csv)
  const columns = 'columns: { time: t, price: p, size: s }\n'
  await writeFile(
    join(directory, 'trades.yaml'),
    `kind: trade\ninstrument_column: id\ntime_format: iso\ntime_zone: UTC\n${columns}`,
  )
  const args = ['trades.csv', '--mapping', 'trades.yaml']
  const { exit_code, stderr } = importCsv(...args)
  expect(exit_code).toEqual(3)
  expect(stderr).toContain('The instrument ACME.home is unknown.\n  where: trades.csv, line 2')
  const own = `
instruments:
  - asset_class: crypto_spot
    instrument_id: ACME.home
    price_scale: 2
    size_scale: 0
    increments: [{ price_increment: 0.01 }]
    lot: 1
    quantity_min: 1
    multiplier: 1
    quote_currency: USD
    base_currency: ACME
    calendar: always
    time_zone: UTC
    allow_non_positive_price: false
    margin_initial: 1
    short_allowed: false
    aliases: []
`
  await writeFile(join(directory, 'own.yaml'), own)
  expect(importCsv(...args, '--instruments', 'own.yaml').stdout).toContain('ACME.home trade     1')
})

test('a bad file ends with exit code 3, its line and nothing imported; the good one before it stays', async () => {
  const header = 'time,bid,ask,bid_volume,ask_volume\n'
  const line = (second: string, bid: string) => `2024-03-04 08:00:${second},${bid},1.2,1,1\n`
  await mkdir(join(directory, 'folder'))
  await writeFile(join(directory, 'folder', 'a.csv'), header + line('00', '1.1'))
  await writeFile(
    join(directory, 'folder', 'b.csv'),
    header + line('01', '1.1').repeat(40_000) + line('02', 'one'),
  )
  const { exit_code, stdout } = importCsv('folder', '--mapping', 'quotes.yaml', '--json')
  expect(exit_code).toEqual(3)
  expect(JSON.parse(stdout)).toEqual({
    error: {
      exit_code: 3,
      code: 'import.bad_number',
      what: '"one" is no price.',
      where: 'folder/b.csv, line 40002',
      remedy: 'Write a plain decimal such as 1.0854, or correct what the mapping says about the columns.',
    },
  })
  const imports = runCli(['data', '--store', store, '--imports', '--json']).stdout
  expect(imports).toContain('a.csv')
  expect(imports).not.toContain('b.csv')
})

test('an empty file and a truncated zip end with exit code 3 and a sentence', async () => {
  const folder = join(directory, 'forex', 'oanda', 'tick', 'eurusd')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '20140507_quote.zip'), '')
  await writeFile(join(folder, '20140508_quote.zip'), 'PK\u0003\u0004 and no more of it than this text')
  const refused = (name: string) => importCsv(join('forex', 'oanda', 'tick', 'eurusd', name))
  expect(refused('20140507_quote.zip')).toMatchObject({
    exit_code: 3,
    stderr: expect.stringMatching(
      /^Error: The file is empty\.\n {2}where: forex.*\n {2}what to do: Get the file/,
    ),
  })
  expect(refused('20140508_quote.zip')).toMatchObject({
    exit_code: 3,
    stderr: expect.stringContaining('The file is no zip archive, or its end is missing.'),
  })
})

test('a mapping that says too little or too much is refused with its place, before anything is read', async () => {
  const refused = async (yaml: string) => {
    await writeFile(join(directory, 'bad.yaml'), yaml)
    const { exit_code, stderr } = importCsv('nowhere.csv', '--mapping', 'bad.yaml')
    expect(exit_code).toEqual(2)
    return stderr
  }
  const columns = 'columns: { time: t, bid_price: b, ask_price: a }\n'
  expect(await refused(`kind: quote\ninstrument: A.b\ntime_format: iso\n${columns}`)).toContain(
    'bad.yaml:1:1: time_zone: this key is missing.',
  )
  expect(
    await refused(`kind: quote\ninstrument: A.b\ntime_format: unix_s\ntime_zone: UTC\n${columns}`),
  ).toContain('bad.yaml:4:12: time_zone: unix times have no time zone.')
  expect(await refused(`kind: quote\ntime_format: MM/DD HH:mm\ntime_zone: Mars/Base\n${columns}`)).toMatch(
    /names either the instrument or the column[\s\S]*the format lacks YYYY\.[\s\S]*there is no time zone Mars\/Base/,
  )
  expect(
    await refused(`kind: quote\ninstrument: A.b\nheader: false\ntime_format: unix_s\n${columns}`),
  ).toContain('columns.bid_price: without a header a column is a number from 1.')
  expect(
    await refused(`kind: quote\ninstrument: A.b\ntimeformat: iso\ntime_zone: UTC\n${columns}`),
  ).toContain('Did you mean time_format?')
})

test('a folder without such files, a file that is not there and two formats at once are refused', () => {
  const codeOf = (...args: string[]) => {
    const { exit_code, stdout } = importCsv(...args, '--json')
    return [exit_code, (JSON.parse(stdout) as { error: { code: string } }).error.code]
  }
  expect(codeOf('folder')).toEqual([3, 'import.nothing_found'])
  expect(codeOf('nowhere.zip')).toEqual([3, 'import.unreadable_file'])
  expect(codeOf('quotes.csv', '--lean', '--mapping', 'quotes.yaml')).toEqual([2, 'import.two_formats'])
  expect(codeOf('quotes.csv')).toEqual([3, 'import.no_lean_path'])
  expect(codeOf('quotes.csv', '--mapping', 'nowhere.yaml')).toEqual([2, 'import.unreadable_declaration'])
})
