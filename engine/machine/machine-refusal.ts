import { OperatingError } from '../../schemas/operating-error.ts'

/** A machine that the compiler does not take: names the machine, the state and the feature. */
export function machineRefusal(machine: string, state: string, feature: string): OperatingError {
  return new OperatingError({
    code: 'machine.unsupported',
    reason: 'usage',
    what: `The machine ${machine} uses ${feature}, which a compiled machine does not support.`,
    where: `state ${state}`,
    remedy: 'Write it as a flat machine of named guards and actions, or run it in the control lane.',
  })
}

/** A machine that names what its behaviour does not have. */
export function unknownName(
  machine: string,
  state: string,
  kind: 'guard' | 'action' | 'event',
  name: string,
): OperatingError {
  return new OperatingError({
    code: `machine.unknown_${kind}`,
    reason: 'usage',
    what: `The machine ${machine} names the ${kind} "${name}", which its behaviour does not have.`,
    where: `state ${state}`,
    remedy: `Correct the name, or add the ${kind} to the behaviour.`,
  })
}
