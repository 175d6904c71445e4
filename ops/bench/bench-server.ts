// A nats-server for the length of a measurement, set up as orrery nats up does.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureNatsServer } from '../nats/ensure-server.ts'
import { DEFAULT_INSTALLATION, folderPaths } from '../nats/installation-folder.ts'
import { stopServer } from '../nats/server-process.ts'
import { bringUp } from '../nats/up.ts'

export type BenchBus = { readonly url: string; readonly credentials: string }

export async function withBenchServer<Result>(
  folder: string,
  use: (bus: BenchBus) => Promise<Result>,
): Promise<Result> {
  const paths = folderPaths(await mkdtemp(join(folder, 'nats-')))
  const { url, pid, credentials } = await bringUp(paths, { ...DEFAULT_INSTALLATION, port: 0 }, () =>
    ensureNatsServer(),
  )
  try {
    return await use({ url, credentials })
  } finally {
    await stopServer(pid, paths)
  }
}
