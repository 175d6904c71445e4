// Brings a server's streams and readers to what an installation needs, as its admin.

import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { type CheckedConnection, connectNats } from '../../adapters/nats/connect.ts'
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

function asAdmin(target: InstalledServer, act: Act): Promise<Plan> {
  const { installation, replicas = 1 } = target
  return signedInAsAdmin(target, async ({ connection, server }) => {
    const jsm = await jetstreamManager(connection)
    const desired = desiredState(installation, server.version, replicas)
    const changes = await planChanges(jsm, desired)
    await act(jsm, desired, changes)
    return { server, changes }
  })
}

/** A permission violation meanwhile is what is thrown. */
export async function signedInAsAdmin<Answer>(
  target: InstalledServer,
  act: (signed_in: CheckedConnection) => Promise<Answer>,
): Promise<Answer> {
  const { url, credentials, tls_ca_file } = target
  let fault: OperatingError | undefined
  const signed_in = await connectNats({
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
    return await act(signed_in)
  } catch (error) {
    throw fault ?? error
  } finally {
    await signed_in.connection.close()
  }
}
