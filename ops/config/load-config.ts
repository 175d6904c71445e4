// Loading a configuration: read, override, validate, cross-check, resolve. Either all of it is right, or nothing runs
// and every problem is named.

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import Value from 'typebox/value'
import { assert } from '../../schemas/assert.ts'
import { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { configHash } from './config-hash.ts'
import { ConfigError } from './config-problem.ts'
import { ConfigReader } from './config-reader.ts'
import { ConfigSource } from './config-source.ts'
import { crossCheck } from './cross-checks.ts'
import type { JsonSchema } from './json-schema.ts'
import { withRecordings } from './latency-recordings.ts'
import type { Partly } from './partly-read.ts'
import { readSecret, type Secret } from './secret.ts'
import { withUtcOffsets } from './utc-offsets.ts'

export type LoadedConfig = {
  /** Complete and in normal form; the folders of store and journal are absolute. */
  readonly config: Config
  /** SHA-256 (hex) of what could change a decision. */
  readonly config_hash: string
  /** What strategy sources are relative to: the folder of the configuration file. */
  readonly base_directory: string
  /** By venue and name: `fxcm.api_key`. Kept beside the configuration, so that it can be printed and stored. */
  readonly secrets: ReadonlyMap<string, Secret>
  /** The file as written, for problems that show only later. */
  readonly source: ConfigSource
}

/** Loads a configuration file with overrides (`path=value`) laid over it in their order. */
export async function loadConfig(options: { path: string; set: readonly string[] }): Promise<LoadedConfig> {
  const text = await readConfigFile(options.path)
  const base_directory = dirname(resolve(options.path))
  return parseConfig({ text, file: options.path, base_directory, set: options.set, environment: process.env })
}

/** Loads a configuration from its text. A normalised configuration's JSON is one too. */
export async function parseConfig(options: {
  text: string
  /** The name that messages give the text. */
  file: string
  base_directory: string
  set: readonly string[]
  environment: Readonly<Record<string, string | undefined>>
}): Promise<LoadedConfig> {
  const source = new ConfigSource(options)
  const read = readWhole(source)
  if (source.problems.length > 0) throw new ConfigError(source.problems)
  const recorded = await withRecordings(read as Config, source, options.base_directory)
  if (source.problems.length > 0) throw new ConfigError(source.problems)
  const config = withUtcOffsets(recorded)
  assert(Value.Check(Config, config), 'a configuration read without a problem fits its schema')
  const secrets = await readSecrets(config, source, options)
  if (source.problems.length > 0) throw new ConfigError(source.problems)
  return {
    config: withAbsoluteFolders(config, options.base_directory),
    config_hash: configHash(config),
    base_directory: options.base_directory,
    secrets,
    source,
  }
}

async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const missing = code === 'ENOENT'
    throw new OperatingError({
      code: missing ? 'config.missing_file' : 'config.unreadable_file',
      reason: 'usage',
      what: missing
        ? 'The configuration file does not exist.'
        : `The configuration file cannot be read: ${code}.`,
      where: resolve(path),
      remedy: 'Name a YAML file that can be read; docs/configuration.md has one to start from.',
      cause: error,
    })
  }
}

function readWhole(source: ConfigSource): unknown {
  if (source.problems.length > 0) return undefined
  if (source.root === null) return source.report([], null, 'the file is empty.')
  const config = new ConfigReader(source).read(Config as JsonSchema, source.root, [])
  if (config !== undefined) {
    crossCheck(config as Partly<Config>, (path, what, remedy) => source.reportAt(path, what, remedy))
  }
  return config
}

async function readSecrets(
  config: Config,
  source: ConfigSource,
  surroundings: Parameters<typeof readSecret>[1],
): Promise<Map<string, Secret>> {
  const secrets = new Map<string, Secret>()
  for (const [index, venue] of config.venues.entries()) {
    for (const [name, reference] of Object.entries(venue.credentials ?? {})) {
      const secret = await readSecret(reference, surroundings)
      if (typeof secret === 'string') source.reportAt(['venues', index, 'credentials', name], secret)
      else secrets.set(`${venue.id}.${name}`, secret)
    }
  }
  return secrets
}

function withAbsoluteFolders(config: Config, base_directory: string): Config {
  const { data, journal } = config
  return {
    ...config,
    data: { ...data, store: resolve(base_directory, data.store) },
    journal: { directory: resolve(base_directory, journal.directory) },
    bus_credentials: resolve(base_directory, config.bus_credentials),
    ...(config.bus_tls_ca === undefined ? {} : { bus_tls_ca: resolve(base_directory, config.bus_tls_ca) }),
  }
}
