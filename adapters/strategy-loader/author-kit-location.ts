import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a strategy imports the engine's author kit by. */
export const AUTHOR_KIT = 'orrery'

/** The kit of the running engine: beside TypeScript sources in a clone, beside stripped JavaScript in a release. */
export const AUTHOR_KIT_URL = new URL(
  `../../actors/strategy/author-kit${extname(fileURLToPath(import.meta.url))}`,
  import.meta.url,
).href
