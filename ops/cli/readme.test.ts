import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { runCli } from './run-cli.test-support.ts'

const README = new URL('../../README.md', import.meta.url)

let cwd = ''
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'orrery-readme-'))
})
afterAll(() => rm(cwd, { recursive: true }))

test("the README's strategy, session and commands work as they are written", async () => {
  const readme = await readFile(README, 'utf8')
  const block = (language: string) =>
    must(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1], `a block of ${language}`)
  await writeFile(join(cwd, 'ema.ts'), block('ts'))
  await writeFile(join(cwd, 'ema.yaml'), block('yaml'))
  const commands = [...readme.matchAll(/^npx orrery (doctor|generate|data|backtest)\b([^#\n]*)/gm)]
  expect(commands.map(([, name]) => name)).toEqual(['doctor', 'generate', 'data', 'backtest'])
  const outputs = commands.map(([, name = '', rest = '']) => {
    const { exit_code, stdout } = runCli([name, ...rest.trim().split(/ +/).filter(Boolean)], { cwd })
    expect({ name, exit_code }).toEqual({ name, exit_code: 0 })
    return stdout
  })
  expect(outputs.at(-1)).toMatch(/^fills +[1-9]/m)
  const folder = must(/^written +(.+)$/m.exec(outputs.at(-1) ?? '')?.[1], 'a run names its folder')
  expect(runCli(['verify', folder], { cwd }).exit_code).toBe(0)
})
