import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finding, faulty, well } from './check.ts'

/** Loads the embedded ClickHouse and asks it a question, in a folder of its own. */
export async function checkChdb(): Promise<Finding> {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-doctor-'))
  try {
    const { Session } = await import('chdb')
    const session = new Session(directory)
    const version = session.query('SELECT version()', 'CSV').trim()
    session.close()
    return well('chdb', `embedded ClickHouse ${version}`)
  } catch (error) {
    const remedy = 'Run npm ci without --omit=optional; chDB needs glibc on Linux.'
    return faulty('chdb', `does not load: ${(error as Error).message}`, remedy)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
