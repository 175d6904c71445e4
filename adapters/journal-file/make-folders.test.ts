import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolders } from './make-folders.ts'

test('missing folders are made from the outermost in, once, and a file in the way is refused', async () => {
  const root = await mkdtemp(join(tmpdir(), 'orrery-folders-'))
  try {
    expect(await makeFolders(join(root, 'a/b'))).toEqual([join(root, 'a'), join(root, 'a/b')])
    expect(await makeFolders(join(root, 'a/b'))).toEqual([])
    await writeFile(join(root, 'file'), '')
    await expect(makeFolders(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolders(join(root, 'file/a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
  } finally {
    await rm(root, { recursive: true })
  }
})

test('folders made beside each other under one that is missing share it, and one of them has made it', async () => {
  const root = await mkdtemp(join(tmpdir(), 'orrery-folders-'))
  try {
    const names = ['trading', 'alpha', 'beta', 'gamma']
    const made = await Promise.all(names.map((name) => makeFolders(join(root, 'runs/apart', name))))
    const expected = ['runs', 'runs/apart', ...names.map((name) => `runs/apart/${name}`)]
    expect(made.flat().sort()).toEqual(expected.map((name) => join(root, name)).sort())
  } finally {
    await rm(root, { recursive: true })
  }
})

test.skipIf(process.platform !== 'linux')('a folder that can hold none is refused at once', async () => {
  await expect(makeFolders('/proc/orrery/runs')).rejects.toMatchObject({ code: 'ENOENT' })
})
