import type { Model } from "@residual/core"
import { adamW, decaysOf, type Optimiser, sgd } from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"

/** The optimiser that settings describe for a model. */
export const makeOptimiser = (settings: Configuration["optimiser"], model: Model.AnyModel): Optimiser => {
  switch (settings.kind) {
    case "sgd":
      return sgd(settings)
    case "adamW":
      return adamW({ ...settings, decays: decaysOf(model) })
  }
}
