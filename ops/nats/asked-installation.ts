// What a call of `orrery nats` asks for: the folder's installation, with the options given laid over it.

import { resolve } from 'node:path'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { Call } from '../cli/command.ts'
import { wholeNumber } from '../cli/option-value.ts'
import type { InstalledServer } from './apply-installation.ts'
import {
  checkedInstallation,
  DEFAULT_INSTALLATION,
  type FolderPaths,
  folderPaths,
  type InstallationFile,
  readInstallation,
} from './installation-folder.ts'
import { installedServer } from './up.ts'

const NAME = '[A-Za-z0-9_-]{1,32}'
const STRATEGY_NODE = new RegExp(
  `^(?<node>${NAME})(?:=(?<ids>${NAME}(?:,${NAME})*))?@(?<accounts>${NAME}(?:,${NAME})*)$`,
)
const MIB = 1 << 20
/** Days of a busy node; a session that waits for its copy stops asking for orders when it is full. */
const JOURNAL_BYTES_MAX_DEFAULT = 2_048 * MIB

export type AskedInstallation = { readonly paths: FolderPaths; readonly installation: InstallationFile }

export async function askedInstallation(call: Call): Promise<AskedInstallation> {
  const paths = pathsOf(call)
  const known = (await readInstallation(paths, call.texts('strategy').length > 0)) ?? DEFAULT_INSTALLATION
  const strategy_nodes = strategyNodes(call, known.strategy_nodes)
  const tls = tlsFiles(call) ?? known.tls
  const monitor_port = wholeNumber(call, 'monitor-port', {
    fallback: known.monitor_port ?? 0,
    min: 1,
    max: 65_535,
  })
  const ca = call.text('tls-ca')
  const tls_ca_file = ca === undefined ? known.tls_ca_file : resolve(ca)
  return {
    paths,
    installation: checkedInstallation(paths.installation, {
      env: call.text('env') ?? known.env,
      trading_node: call.text('node') ?? known.trading_node,
      strategy_nodes,
      host: call.text('host') ?? known.host,
      port: wholeNumber(call, 'port', { fallback: known.port, min: 0, max: 65_535 }),
      replicas: oneCopy(replicasOf(call, known)),
      ...(monitor_port === 0 ? {} : { monitor_port }),
      ...(tls === undefined ? {} : { tls }),
      ...(tls_ca_file === undefined ? {} : { tls_ca_file }),
    }),
  }
}

/** The server of a folder that was set up, or the one named, which knows the same keys. */
export async function existingServer(call: Call): Promise<InstalledServer> {
  const paths = pathsOf(call)
  const installation = await readInstallation(paths)
  if (installation === undefined) throw notSetUp(paths)
  const server = installedServer(paths, installation)
  const ca = call.text('tls-ca')
  return {
    ...server,
    replicas: replicasOf(call, installation),
    url: call.text('url') ?? server.url,
    tls_ca_file: ca === undefined ? server.tls_ca_file : resolve(ca),
  }
}

function replicasOf(call: Call, { replicas }: InstallationFile): number {
  return wholeNumber(call, 'replicas', { fallback: replicas, min: 1, max: 5 })
}

/** What `up` starts stands alone. */
function oneCopy(replicas: number): number {
  if (replicas === 1) return replicas
  throw new OperatingError({
    code: 'nats.replicas_without_cluster',
    reason: 'usage',
    what: `The server that orrery nats up runs stands alone: it keeps one copy of each stream, and not ${replicas}.`,
    where: '--replicas',
    remedy: `Give up --replicas 1, or build a cluster and give it its streams: orrery nats apply --replicas ${replicas} --url URL.`,
  })
}

function pathsOf(call: Call): FolderPaths {
  return folderPaths(call.text('dir') ?? 'nats')
}

type StrategyNodes = InstallationFile['strategy_nodes']

/** Those named in the call, else those that are there; each keeps the room it had where none is given. */
function strategyNodes(call: Call, known: StrategyNodes): StrategyNodes {
  const named = call.texts('strategy').map(strategyNode)
  const nodes = named.length > 0 ? named : known
  const asked_mib = call.text('journal-mib')
  return nodes.map((node) => {
    const had = known.find((each) => each.node === node.node)?.journal_bytes_max ?? JOURNAL_BYTES_MAX_DEFAULT
    const journal_bytes_max =
      asked_mib === undefined
        ? had
        : MIB * wholeNumber(call, 'journal-mib', { fallback: 0, min: 64, max: 1 << 20 })
    return { ...node, journal_bytes_max }
  })
}

/** `alpha=ema,breakout@main`; `ema@main` alone is a node of that name with that strategy. */
function strategyNode(text: string): Omit<StrategyNodes[number], 'journal_bytes_max'> {
  const match = STRATEGY_NODE.exec(text)
  const { node, ids, accounts } = match?.groups ?? {}
  if (node !== undefined && accounts !== undefined)
    return { node, strategies: (ids ?? node).split(','), accounts: accounts.split(',') }
  throw new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: `${JSON.stringify(text)} is no value for --strategy.`,
    where: '--strategy',
    remedy:
      'Write a node, its strategies, and the accounts they trade on: --strategy alpha=ema,breakout@main.',
  })
}

function tlsFiles(call: Call): InstallationFile['tls'] | undefined {
  const [cert, key] = ['tls-cert', 'tls-key'].map((option) => call.text(option))
  if (cert === undefined && key === undefined) return undefined
  if (cert !== undefined && key !== undefined) {
    return { cert_file: resolve(cert), key_file: resolve(key) }
  }
  throw new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: 'TLS needs a certificate and its key.',
    where: '--tls-cert, --tls-key',
    remedy: 'Give both.',
  })
}

function notSetUp({ directory }: FolderPaths): OperatingError {
  return new OperatingError({
    code: 'nats.not_set_up',
    reason: 'usage',
    what: 'No server was set up in this folder.',
    where: directory,
    remedy: 'Run orrery nats up, or name its folder with --dir.',
  })
}
