import type { Backward, Primitive } from "../expr.ts"
import type { TensorType } from "../tensorType.ts"

/** Makes a primitive's row from its name and rules. */
export const primitive = <Attrs>(
  name: string,
  row: {
    readonly infer: (inputs: ReadonlyArray<TensorType>, attrs: Attrs) => TensorType | ReadonlyArray<TensorType>
    readonly backward: "none" | Backward<Attrs>
    readonly rule: string
    readonly elementwise?: boolean
  }
): Primitive<Attrs> => ({
  kind: "primitive",
  name,
  infer: (inputs, attrs) => {
    const types = row.infer(inputs, attrs)
    return "dtype" in types ? [types] : types
  },
  backward: row.backward,
  rule: row.rule,
  elementwise: row.elementwise ?? false
})
