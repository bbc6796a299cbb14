import { slot } from "@residual/core"
import type { ByPath, Optimiser, OptimiserState } from "../optimiser/optimiser.ts"
import { optimiserSlot } from "./slotNames.ts"

/** An optimiser's state by the names of its slots. */
export const optimiserValues = (state: OptimiserState): ByPath =>
  Object.fromEntries(
    Object.entries(state).flatMap(([name, values]) =>
      Object.entries(values).map(([path, value]) => [optimiserSlot(name, path), value])
    )
  )

/** The slots that hold an optimiser's state, shaped as its first state is. */
export const optimiserSlots = (optimiser: Optimiser, parameters: ByPath): OptimiserState =>
  Object.fromEntries(
    Object.entries(optimiser.init(parameters)).map(([name, values]) => [
      name,
      Object.fromEntries(
        Object.entries(values).map(([path, { type }]) => [path, slot(optimiserSlot(name, path), type.shape, type)])
      )
    ])
  )
