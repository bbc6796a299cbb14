import type { Graph, Id, Region } from "@residual/graph"
import { attentionName, attentionOperands } from "../../../kernel/attention/attentionOperands.ts"
import type { Kernel, ValueAccess } from "../../wgsl/kernel.ts"
import { scalarFunctions } from "../../wgsl/scalar.ts"
import type { EmitContext } from "../emitContext.ts"
import { kernelValues } from "../kernelValues.ts"
import { block } from "../loopText.ts"
import { type Backward, backwardOperands, type KernelPart } from "./backwardPart.ts"
import { sharedTiles, threadsFor } from "./blockPlan.ts"
import { keyResiduals, keySizes } from "./keyResiduals.ts"
import { readByVectors } from "./matrixText.ts"
import { queryResiduals, querySizes } from "./queryResiduals.ts"

/**
 * The kernel of an attention's backward. Some of its workgroups compute the residuals of queries, the others those of keys
 * and values. Both compute weights again from the saved log Σ exp, as in T. Dao, "FlashAttention-2" (2023).
 */
export const attentionBackward = (
  graph: Graph,
  region: Region,
  id: Id,
  { limits, vectors, subgroups, threads }: EmitContext
): ReadonlyArray<Kernel> => {
  const attention = attentionOperands(graph, region, id, [2, 2, 2, 2, 1, 1], [1, 2, 3])
  const { shape, mask, written } = attention
  const { residual, query, key, value, logSumExp, delta } = backwardOperands(attention)
  const others = [logSumExp, delta, ...(mask === undefined ? [] : [mask])]
  const [toQuery, toKey, toValue] = [0, 1, 2].map((output) => written.get(output))
  const isOfKeys = toKey !== undefined || toValue !== undefined
  const sizes = [
    ...(toQuery === undefined ? [] : [querySizes(shape)]),
    ...(isOfKeys ? [keySizes(shape, toKey, toValue)] : [])
  ]
  const backward: Backward = {
    ...attention,
    values: kernelValues(),
    byVectors: readByVectors(graph, vectors ? [residual, query, key, value] : [], others),
    vectors,
    subgroups,
    threads: threads ?? Math.min(...sizes.map((each) => threadsFor(each, limits.threads))),
    sharedBytes: limits.sharedBytes
  }
  const parts: ReadonlyArray<KernelPart> = [
    ...(toQuery === undefined ? [] : [queryResiduals(backward, toQuery)]),
    ...(isOfKeys ? [keyResiduals(backward, toKey, toValue)] : [])
  ].filter(({ groups }) => groups > 0)
  if (parts.length === 0) return []

  const usesSubgroups = parts.some((part) => part.usesSubgroups)
  const shared = Math.max(...parts.map((part) => part.shared))
  return [
    {
      name: attentionName("attentionBackward", shape),
      values: backward.values.all(),
      threads: backward.threads,
      groups: parts.reduce((sum, { groups }) => sum + groups, 0),
      shared: sharedTiles(shared),
      usesSubgroups,
      partsQuads: usesSubgroups && shape.causal,
      functions: new Set(["exp_f32", ...scalarFunctions("f32", shape.scale)]),
      body: (access) => partsText(parts, access).join("\n")
    }
  ]
}

/** Statements of which each workgroup runs those of its part. */
const partsText = (parts: ReadonlyArray<KernelPart>, access: ValueAccess): ReadonlyArray<string> => {
  let from = 0
  return parts.flatMap((part, at) => {
    const lines = [`let task = group${from === 0 ? "" : ` - ${from}`};`, ...part.body(access)]
    from += part.groups
    const isLast = at === parts.length - 1
    return block(`${at === 0 ? "" : "else "}${isLast ? "" : `if (group < ${from})`}`, lines)
  })
}
