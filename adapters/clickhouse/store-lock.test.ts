import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openChdbTickStore } from './chdb-tick-store.ts'

const CHILD = new URL('./store-child.test-support.ts', import.meta.url).pathname

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'orrery-lock-'))
})
afterEach(() => rm(directory, { recursive: true }))

const held = (pid: number | undefined) => ({
  code: 'store.locked',
  reason: 'unavailable',
  exitCode: 5,
  what: `The tick store is held by process ${pid}.`,
  where: directory,
})

test('a second process is told who holds the store, and takes over when the holder is killed', async () => {
  const holder = spawn(process.execPath, [CHILD, directory, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(holder, 'close')
  await once(createInterface({ input: holder.stdout }), 'line')
  await expect(openChdbTickStore({ directory })).rejects.toMatchObject(held(holder.pid))
  await expect(openChdbTickStore({ directory })).rejects.toMatchObject(held(holder.pid))
  holder.kill('SIGKILL')
  await closed
  const store = await openChdbTickStore({ directory })
  expect((await readFile(join(directory, 'lock'), 'utf8')).split(' ')[0]).toEqual(String(process.pid))
  await store.close()
})

test('a second store in the same process is refused too, and opens when the first has closed', async () => {
  const store = await openChdbTickStore({ directory })
  await expect(openChdbTickStore({ directory })).rejects.toMatchObject(held(process.pid))
  await store.close()
  await (await openChdbTickStore({ directory })).close()
})

test('a lock whose process has ended is taken over, also when its pid lives again', async () => {
  // No process has a start time of one tick, so the pid of this process with it is that of an earlier one.
  for (const holder of ['4194305 77', `${process.pid} 1`]) {
    await writeFile(join(directory, 'lock'), `${holder}\n`)
    await (await openChdbTickStore({ directory })).close()
  }
})

test('a path with a wildcard, which the engine would expand, is refused', async () => {
  const path = join(directory, 'ticks*')
  await expect(openChdbTickStore({ directory: path })).rejects.toMatchObject({
    code: 'store.path_has_wildcard',
    reason: 'usage',
  })
})

test('a store lives in a path with quotes, spaces and letters of any alphabet', async () => {
  const path = join(directory, "it's a “störe” \\ 数据")
  await mkdir(path)
  const { quoteBlock, readQuotes, sourceOf } = await import('./rows.test-support.ts')
  const { builtInInstruments } = await import('../../schemas/instrument-table.ts')
  const store = await openChdbTickStore({ directory: path })
  await store.putInstruments(builtInInstruments())
  await store.write(sourceOf('x', [quoteBlock([[1, 0, 2]])]))
  expect(await readQuotes(store)).toEqual([[1, 2]])
  await store.close()
})

test('a worker thread, where the engine hangs or crashes, is refused before it is loaded', async () => {
  const opener = new URL('./chdb-tick-store.ts', import.meta.url).href
  const code = `const { parentPort } = require('node:worker_threads')
    import(${JSON.stringify(opener)})
      .then(({ openChdbTickStore }) => openChdbTickStore({ directory: ${JSON.stringify(directory)} }))
      .then(() => parentPort.postMessage('opened'), (error) => parentPort.postMessage(error.message))`
  const [message] = await once(new Worker(code, { eval: true }), 'message')
  expect(message).toEqual('the embedded engine runs on the main thread only; in a worker it hangs or crashes')
})
