// A nats-server that can be used: the one that is there, one fetched, or a sentence saying exactly what to install.

import { NATS_SERVER_VERSION_MIN } from '../../adapters/nats/server-version.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { Progress } from '../cli/progress.ts'
import { canFetch, type FetchStep, fetchNatsServer } from './fetch-server.ts'
import {
  cacheDirectory,
  type Environment,
  type FoundServer,
  findNatsServer,
  SERVER_VARIABLE,
} from './find-server.ts'

const STEPS: readonly FetchStep[] = ['index', 'package', 'unpack']

export async function ensureNatsServer(
  progress?: Progress,
  environment: Environment = process.env,
): Promise<FoundServer> {
  const { found, passed_over } = await findNatsServer(environment)
  if (found !== undefined) return found
  if (!canFetch()) throw serverMissing(passed_over)
  try {
    return await fetchNatsServer({
      cache: cacheDirectory(environment),
      onStep: (step, mirror) => {
        if (step === 'index') progress?.start(`fetching nats-server from ${mirror}`, STEPS.length)
        progress?.update(STEPS.indexOf(step))
      },
    })
  } finally {
    progress?.stop()
  }
}

function serverMissing(passed_over: readonly string[]): OperatingError {
  const seen = passed_over.length === 0 ? '' : ` (${passed_over.join('; ')})`
  const install =
    process.platform === 'darwin'
      ? 'Run brew install nats-server'
      : 'Install nats-server from https://github.com/nats-io/nats-server/releases, or run the container nats:2'
  return new OperatingError({
    code: 'nats.server_missing',
    reason: 'unavailable',
    what: `No nats-server of version ${NATS_SERVER_VERSION_MIN} or newer is on this machine${seen}.`,
    remedy: `${install}; one outside the PATH is named by ${SERVER_VARIABLE}.`,
  })
}
