import type { Shape } from "@residual/core"
import type { Node } from "../graph.ts"
import { shapeOf } from "../region/opKind.ts"
import type { Analysis } from "./analysis.ts"
import type { Draft } from "./draft.ts"

/** What a drawn region walks, and the axes that make its rows. */
export const spaceOf = (
  { nodes }: Analysis,
  { hasRows, frame, sink }: Draft
): { readonly space: Shape.Shape; readonly axes: ReadonlyArray<number> } =>
  hasRows && frame !== undefined
    ? { space: frame.space, axes: frame.axes }
    : { space: shapeOf(nodes[sink] as Node), axes: [] }
