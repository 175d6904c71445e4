import { OperatingError } from '../../schemas/operating-error.ts'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { configFault, type Finding, well } from './check.ts'
import { checkStrategies } from './strategy-check.ts'

export type ConfigFindings = {
  readonly loaded: LoadedConfig | undefined
  readonly findings: readonly Finding[]
}

export async function checkConfig(path: string, set: readonly string[]): Promise<ConfigFindings> {
  try {
    const loaded = await loadConfig({ path, set })
    return { loaded, findings: [well('configuration', path), await checkStrategies(loaded)] }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    const finding = configFault('configuration', error)
    return { loaded: undefined, findings: [finding] }
  }
}
