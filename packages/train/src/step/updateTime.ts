import { type DType, HostRandom, input, op } from "@residual/core"
import type { Optimiser, UpdateTime } from "../optimiser/optimiser.ts"
import { scalarInput } from "./scalarInput.ts"

/** The inputs that an optimiser's update reads. Its key derives from the step's, as those of the model's draws do. */
export const updateTime = (optimiser: Optimiser, dtype: DType.DType): UpdateTime => ({
  scalars: Object.fromEntries(
    Object.keys(optimiser.scalars({ rate: 0, step: 0 })).map((name) => [name, input(scalarInput(name), [], { dtype })])
  ),
  key: op.foldIn(input("key", [2], { dtype: "u32" }), HostRandom.hashPath("update/key"))
})
