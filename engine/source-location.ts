// Finds the author's file and line in what V8 prints: `file:///s.ts?tag:3:7`, `/s.ts:3`, `at onBar (/s.ts:3:7)`.

export type SourceLocation = { readonly file: string; readonly line: number }

const PLACE = /(?:^|[\s(])(file:\/\/[^\s()]+?|\/[^()]+?):(\d+)(?::\d+)?\)?$/

/** The location one line of a stack ends with; undefined where it names no file, as Node's own frames do. */
export function sourceLocation(stackLine: string): SourceLocation | undefined {
  const match = PLACE.exec(stackLine.trimEnd())
  const place = match?.[1]
  if (place === undefined) return undefined
  const file = place.startsWith('file://') ? pathOfUrl(place) : place
  return { file, line: Number(match?.[2]) }
}

/** The path of a file URL, without its query. */
export function pathOfUrl(url: string): string {
  return decodeURIComponent(new URL(url).pathname)
}

/** The first location in a stack that `accepts`, innermost frame first. */
export function findLocation(
  stack: string,
  accepts: (location: SourceLocation) => boolean,
): SourceLocation | undefined {
  for (const line of stack.split('\n')) {
    const location = sourceLocation(line)
    if (location !== undefined && accepts(location)) return location
  }
  return undefined
}

export function printLocation(location: SourceLocation): string {
  return `${location.file}:${location.line}`
}
