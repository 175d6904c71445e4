import { OperatingError } from '../../schemas/operating-error.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { loadStrategies } from '../config/load-strategies.ts'
import { configFault, type Finding, well } from './check.ts'

/** Loads each configured strategy, and each model that a venue names, and reads its parameters by its schema. */
export async function checkStrategies(loaded: LoadedConfig): Promise<Finding> {
  try {
    const { strategies, models } = await loadStrategies(loaded)
    return well('strategies', [...strategies, ...models].map(({ source }) => source).join(', '))
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    return configFault('strategies', error)
  }
}
