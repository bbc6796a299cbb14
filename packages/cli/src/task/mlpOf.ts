import { type AnyExpr, Model, op } from "@residual/core"
import type { ConfigurationOf } from "../configuration/configuration.ts"

type MlpSettings = ConfigurationOf<"table">["model"]

const activations: Readonly<Record<MlpSettings["activation"], (x: AnyExpr) => AnyExpr>> = {
  relu: (x) => op.relu(x),
  tanh: (x) => op.tanh(x),
  gelu: (x) => op.gelu(x),
  sigmoid: (x) => op.sigmoid(x)
}

/** The perceptron that settings describe, between so many inputs and outputs. */
export const mlpOf = (
  { hidden, activation, dropout }: MlpSettings,
  inputs: number,
  outputs: number
): Model.Model<AnyExpr, AnyExpr> => {
  const last = hidden.at(-1) ?? inputs
  return Model.sequence({
    hidden: Model.repeat(hidden.length, (at) =>
      Model.sequence({
        linear: Model.linear({ in: hidden[at - 1] ?? inputs, out: hidden[at] ?? outputs }),
        activation: activations[activation]
      })
    ),
    dropout: Model.dropout({ rate: dropout }),
    output: Model.linear({ in: last, out: outputs })
  })
}
