import { SettingError } from "../setting/settingError.ts"
import type { ByPath, Optimiser, OptimiserState, StepTime } from "./optimiser.ts"

const isFree = (owner: string, name: string, taken: Readonly<Record<string, unknown>>): void => {
  if (!Object.hasOwn(taken, name)) return
  throw new SettingError({
    owner,
    setting: "name",
    given: name,
    expected: "a name that the optimiser within does not use"
  })
}

/** The scalars of an optimiser and one more. Throws a `SettingError` where it has one of that name. */
export const addedScalar = (
  owner: string,
  optimiser: Optimiser,
  name: string,
  value: (time: StepTime) => number
): Optimiser["scalars"] => {
  isFree(owner, name, optimiser.scalars({ rate: 0, step: 0 }))
  return (time) => ({ ...optimiser.scalars(time), [name]: value(time) })
}

/** The first state of an optimiser, and under one more name the parameters themselves. */
export const addedCopy =
  (owner: string, optimiser: Optimiser, name: string): Optimiser["init"] =>
  (parameters: ByPath): OptimiserState => {
    const state = optimiser.init(parameters)
    isFree(owner, name, state)
    return { ...state, [name]: parameters }
  }

/** The state of an optimiser without what was added under a name. */
export const withoutName = (state: OptimiserState, name: string): OptimiserState =>
  Object.fromEntries(Object.entries(state).filter(([other]) => other !== name))
