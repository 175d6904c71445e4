// What is left of something of which half goes in each half-life. By sums and products alone, of which every build makes
// the same: the powers of a platform may differ in a last bit.

/** Beyond, nothing is left that a quantity of the engine could show. */
const HALF_LIVES_MAX = 128
/** Terms of the exponential series: the next are below a last bit. */
const TERMS = 20

/** Two to the power of minus so many half-lives, which are at least 0. */
export function shareLeft(half_lives: number): number {
  if (half_lives > HALF_LIVES_MAX) return 0
  const whole = Math.floor(half_lives)
  const exponent = (whole - half_lives) * Math.LN2
  let term = 1
  let share = 1
  for (let i = 1; i <= TERMS; i++) {
    term *= exponent / i
    share += term
  }
  for (let i = 0; i < whole; i++) share /= 2
  return share
}
