// Subjects as a subscriber names them: `*` stands for one word, `>` at the end for one or more.

export function subjectMatcher(patterns: readonly string[]): (subject: string) => boolean {
  const parsed = patterns.map((pattern) => pattern.split('.'))
  return (subject) => {
    const words = subject.split('.')
    return parsed.some((pattern) => isMatch(pattern, words))
  }
}

function isMatch(pattern: readonly string[], words: readonly string[]): boolean {
  for (const [index, want] of pattern.entries()) {
    if (want === '>') return words.length > index
    if (words[index] === undefined || (want !== '*' && want !== words[index])) return false
  }
  return pattern.length === words.length
}
