// Brings a server's streams and readers to what an installation needs, as its admin.

import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connectNats } from '../../adapters/nats/connect.ts'
import { ADMIN_ROLE, type Installation } from '../../adapters/nats/roles.ts'
import type { ServerCheck } from '../../adapters/nats/server-check.ts'
import type { OperatingError } from '../../schemas/operating-error.ts'
import { seedFile } from './credentials.ts'
import {
  applyChanges,
  type DesiredState,
  desiredState,
  type PlannedChange,
  planChanges,
} from './plan-streams.ts'

export type InstalledServer = {
  readonly url: string
  /** Folder of the seeds. */
  readonly credentials: string
  readonly installation: Installation
  /** Copies of each stream in a cluster. */
  readonly replicas?: number
  readonly tls_ca_file?: string | undefined
}

export type Plan = { readonly server: ServerCheck; readonly changes: readonly PlannedChange[] }

/** What would be changed. */
export function planInstallation(target: InstalledServer): Promise<Plan> {
  return asAdmin(target, async () => undefined)
}

/** Changes it, and tells what was changed. */
export function applyInstallation(target: InstalledServer): Promise<Plan> {
  return asAdmin(target, applyChanges)
}

type Act = (jsm: JetStreamManager, desired: DesiredState, changes: readonly PlannedChange[]) => Promise<void>

async function asAdmin(target: InstalledServer, act: Act): Promise<Plan> {
  const { url, credentials, installation, replicas = 1, tls_ca_file } = target
  let fault: OperatingError | undefined
  const { connection, server } = await connectNats({
    url,
    role: ADMIN_ROLE,
    seed_file: seedFile(credentials, ADMIN_ROLE),
    money: 'paper',
    tls_ca_file,
    // The doubts are in the plan.
    onDoubt: () => undefined,
    onViolation: (violation) => {
      fault = violation
    },
  })
  try {
    const jsm = await jetstreamManager(connection)
    const desired = desiredState(installation, server.version, replicas)
    const changes = await planChanges(jsm, desired)
    await act(jsm, desired, changes)
    return { server, changes }
  } catch (error) {
    throw fault ?? error
  } finally {
    await connection.close()
  }
}
