import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { peakMemoryBytes } from './peak-memory.ts'

test('the peak is at least what is resident now, and a child does not inherit it', () => {
  const held = Buffer.alloc(200_000_000, 1)
  expect(peakMemoryBytes()).toBeGreaterThan(held.length)
  const module = JSON.stringify(new URL('./peak-memory.ts', import.meta.url).href)
  const script = `import(${module}).then((m) => console.log(m.peakMemoryBytes()))`
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(Number(child.stdout)).toBeGreaterThan(10_000_000)
  expect(Number(child.stdout)).toBeLessThan(held.length)
})
