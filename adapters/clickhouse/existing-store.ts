import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { openHeldStore } from '../recorder/tick-store-client.ts'
import { openChdbTickStore } from './chdb-tick-store.ts'

/**
 * Opens a store to read from it, through its recorder where one holds it. Where there is none, none is made: the folder was misspelt, or never filled.
 */
export async function openExistingStore(directory: string): Promise<TickStore> {
  const path = resolve(directory)
  const found = statSync(path, { throwIfNoEntry: false })
  const isMissing = found === undefined || (found.isDirectory() && !existsSync(join(path, 'chdb')))
  if (isMissing) throw missing(path)
  return (await openHeldStore(path)) ?? openChdbTickStore({ directory: path })
}

function missing(path: string): OperatingError {
  return new OperatingError({
    code: 'store.missing',
    reason: 'data',
    what: 'There is no tick store in the folder.',
    where: path,
    remedy: 'Correct the folder, or fill the store with orrery import or orrery generate.',
  })
}
