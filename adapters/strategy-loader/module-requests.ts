// What a module asks for: its imports, with their lines. Type-only imports vanish before anything runs and are left out.

import { isBuiltin } from 'node:module'
import { init, parse } from 'es-module-lexer'
import { strategyProblem } from './strategy-error.ts'

export type ModuleRequest = { readonly specifier: string; readonly where: string }

export async function readModuleRequests(file: string, text: string): Promise<ModuleRequest[]> {
  await init()
  const requests: ModuleRequest[] = []
  for (const request of parseModule(file, text)) {
    if (request.type === 'import-meta') continue
    const where = `${file}:${lineAt(text, request.importStart)}`
    if (request.type !== 'dynamic') {
      if (!request.typeOnly) requests.push({ specifier: request.specifier, where })
    } else if (!request.probablyTypeOnly) {
      requests.push({ specifier: literalOf(request, where), where })
    }
  }
  for (const { specifier, where } of requests) refuseBuiltin(specifier, where)
  return requests
}

export function refuseBuiltin(specifier: string, where: string): void {
  if (!isBuiltin(specifier)) return
  throw strategyProblem({
    code: 'node_import',
    what: `A strategy or model imports "${specifier}", a module of Node's.`,
    where,
    remedy: 'Decide from market data, timers and parameters; files and sockets belong into an adapter.',
  })
}

function literalOf(
  request: { readonly specifier: string | undefined; readonly glob: boolean },
  where: string,
): string {
  if (request.specifier !== undefined && !request.glob) return request.specifier
  throw strategyProblem({
    code: 'computed_import',
    what: 'A strategy or model imports a module whose name is computed, so its code cannot be listed and hashed.',
    where,
    remedy: 'Import by a literal name.',
  })
}

function parseModule(file: string, text: string): ReturnType<typeof parse>[0] {
  try {
    return parse(text)[0]
  } catch (cause) {
    const offset = (cause as { readonly idx?: number }).idx ?? 0
    throw strategyProblem({
      code: 'syntax_error',
      what: 'The file of a strategy or model is no JavaScript or TypeScript module: it cannot be parsed.',
      where: `${file}:${lineAt(text, offset)}`,
      remedy: 'Correct the syntax at or before this line.',
      cause,
    })
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
