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

test.skipIf(process.platform !== 'linux')('a folder that can hold none is refused at once', async () => {
  await expect(makeFolders('/proc/orrery/runs')).rejects.toMatchObject({ code: 'ENOENT' })
})
