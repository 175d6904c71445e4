/**
 * Says whether a step is running. The node writes the field around each step, and whoever guards the surroundings
 * of the step (clock, randomness, timers) reads it; neither knows the other.
 */
export type StepGate = { step_running: boolean }

export function createStepGate(): StepGate {
  return { step_running: false }
}
