// CSV as RFC 4180 has it, and safe in a spreadsheet: a text that a spreadsheet would run as a formula is preceded by an
// apostrophe, and so is one that begins with an apostrophe, so that `readCell` gives back exactly what was written.

const NUMBER = /^-?\d+(\.\d+)?$/
const FORMULA = /^[=+\-@\t\r\n']/
const NEEDS_QUOTES = /[",\r\n]/
/** Nearly every cell there is: an id, a word, a time, a number that is not negative. */
const PLAIN = /^[\w.:][\w.:/-]*$/

export function csvLine(cells: readonly string[]): string {
  let line = ''
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string
    const text = cell === '' || PLAIN.test(cell) ? cell : csvCell(cell)
    line += i === 0 ? text : `,${text}`
  }
  return `${line}\n`
}

/** The text of a cell as it was before `csvLine`, from what a CSV parser gives. */
export function readCell(parsed: string): string {
  return parsed.startsWith("'") ? parsed.slice(1) : parsed
}

function csvCell(text: string): string {
  const guarded = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
