import { existsSync } from 'node:fs'
import { holderOf } from '../../adapters/clickhouse/store-lock.ts'
import { type Finding, faulty, well } from './check.ts'

/** Looks at the tick store's lock without taking it. */
export async function checkStore(directory: string): Promise<Finding> {
  if (!existsSync(directory)) return well('tick store', `${directory} does not exist yet`)
  const pid = holderOf(directory)
  if (pid === undefined) return well('tick store', `${directory} is free`)
  const remedy = 'Wait until that process ends, stop it, or configure another store.'
  return faulty('tick store', `${directory} is held by process ${pid}`, remedy)
}
