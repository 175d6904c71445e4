// CSV as RFC 4180 has it, and safe in a spreadsheet: a text that a spreadsheet would run as a formula is preceded by an
// apostrophe, and so is one that begins with an apostrophe, so that `readCell` gives back exactly what was written.

const NUMBER = /^-?\d+(\.\d+)?$/
const FORMULA = /^[=+\-@\t\r\n']/
const NEEDS_QUOTES = /[",\r\n]/
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

export const ANYWHERE = 1
export const BEHIND_FIRST = 2
/** Of each ASCII code, where in a cell it asks for no escape; 0 is nowhere. */
export const PLAINNESS = Uint8Array.from(ASCII, (text) => {
  if (NEEDS_QUOTES.test(text)) return 0
  return FORMULA.test(text) ? BEHIND_FIRST : ANYWHERE
})

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`
}

export function csvCell(text: string): string {
  const guarded = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** The text of a cell as it was before `csvLine`, from what a CSV parser gives. */
export function readCell(parsed: string): string {
  return parsed.startsWith("'") ? parsed.slice(1) : parsed
}
