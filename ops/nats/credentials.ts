// The keys of the roles. A seed is a file that only its owner reads; whoever runs as a role is given that one file. The
// server is told public keys and nothing else.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createUser, fromSeed } from '@nats-io/nkeys'
import { OperatingError } from '../../schemas/operating-error.ts'

export function seedFile(folder: string, role: string): string {
  return join(folder, `${role}.nk`)
}

/** The public key of each role by its name. A seed that is missing is made, one that is there is kept. */
export async function ensureCredentials(
  folder: string,
  roles: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys = new Map<string, string>()
  for (const role of roles) {
    const path = seedFile(folder, role)
    if (!existsSync(path)) await writeSeed(path)
    keys.set(role, await publicKey(path))
  }
  return keys
}

/** Under another name first, so that a seed is there whole or not at all, and only the first of two is. */
async function writeSeed(path: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, `${new TextDecoder().decode(createUser().getSeed())}\n`, { mode: 0o600 })
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(temporary)
  }
}

async function publicKey(path: string): Promise<string> {
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600)
  const text = (await readFile(path, 'utf8')).trim()
  try {
    return fromSeed(new TextEncoder().encode(text)).getPublicKey()
  } catch (cause) {
    throw new OperatingError({
      code: 'nats.seed_unreadable',
      reason: 'data',
      what: 'The file holds no NKey seed.',
      where: path,
      remedy: 'Delete it, run orrery nats up to make a new one, and give it to whoever runs as the role.',
      cause,
    })
  }
}
