import type { Model } from "@residual/core"
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamW,
  averagedSgd,
  decaysOf,
  lamb,
  lion,
  muon,
  nadam,
  type Optimiser,
  radam,
  rmsProp,
  rprop,
  sgd,
  withParameterAverage
} from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"

/** The optimiser that settings describe for a model, and the average that a run may keep beside it. */
export const makeOptimiser = (
  { optimiser, training: { average } }: Pick<Configuration, "optimiser" | "training">,
  model: Model.AnyModel
): Optimiser => {
  const moves = optimiserOf(optimiser, model)
  return average === null ? moves : withParameterAverage(moves, average)
}

const optimiserOf = (optimiser: Configuration["optimiser"], model: Model.AnyModel): Optimiser => {
  const decays = decaysOf(model)
  switch (optimiser.kind) {
    case "sgd":
      return sgd({ ...optimiser, decays })
    case "averagedSgd":
      return averagedSgd({ ...optimiser, decays })
    case "adam":
      return adam({ ...optimiser, decays })
    case "adamW":
      return adamW({ ...optimiser, decays })
    case "adamax":
      return adamax({ ...optimiser, decays })
    case "nadam":
      return nadam({ ...optimiser, decays })
    case "radam":
      return radam({ ...optimiser, decays })
    case "rmsProp":
      return rmsProp({ ...optimiser, decays })
    case "rprop":
      return rprop()
    case "adagrad":
      return adagrad({ ...optimiser, decays })
    case "adadelta":
      return adadelta({ ...optimiser, decays })
    case "lion":
      return lion({ ...optimiser, decays })
    case "lamb":
      return lamb({ ...optimiser, decays })
    case "adafactor":
      return adafactor({ ...optimiser, decays })
    case "muon":
      return muon({ ...optimiser, decays })
  }
}
