import type { Tensor } from "@residual/backends"
import type { AnyExpr } from "@residual/core"

/** Expressions by name, of operands by name. */
export type Kernel = (operands: Readonly<Record<string, AnyExpr>>) => Readonly<Record<string, AnyExpr>>

/** What a case computes from slots of the Store into slots of the Store. */
export interface KernelOptions {
  readonly operands: Readonly<Record<string, Tensor.Tensor>>
  readonly kernel: Kernel
  /** The operands that have rows, and those results of which each row depends on that row of theirs alone. */
  readonly rows: { readonly operands: ReadonlyArray<string>; readonly results: ReadonlyArray<string> }
}
