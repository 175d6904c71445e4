// Secrets come in as references, are read at load, and leave through `reveal` alone: printing, logging or encoding a
// `Secret` shows nothing.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { inspect } from 'node:util'

export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}

export type SecretSurroundings = {
  readonly base_directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Reads `env:NAME` or `file:PATH`; a string says why it cannot. One line end at the end of a file is dropped. */
export async function readSecret(
  reference: string,
  surroundings: SecretSurroundings,
): Promise<Secret | string> {
  const name = reference.slice(reference.indexOf(':') + 1)
  if (reference.startsWith('env:')) {
    const value = surroundings.environment[name]
    return value === undefined || value === ''
      ? `the environment variable ${name} is not set.`
      : new Secret(value)
  }
  const path = resolve(surroundings.base_directory, name)
  try {
    const value = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
    return value === '' ? `the file ${path} is empty.` : new Secret(value)
  } catch (error) {
    return `the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`
  }
}
