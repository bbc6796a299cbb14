import type { Shape, TensorType } from "@residual/core"
import type { Graph, Id, Named } from "./graph.ts"

/**
 * How a region is computed:
 *
 * - `elementwise`: trees of elementwise ops over one iteration space;
 * - `reduction`: one or several reductions over the same elements, with elementwise prologue and epilogue;
 * - `product`: a `dot` with views of its operands and an elementwise epilogue;
 * - `gather`, `scatter`, `random`: lookups, scatter-adds and random bits with their prologue and epilogue;
 * - `movement`: concat, pad, windows, dynamic slices: copies that are not a view;
 * - `scanning`: cumulative sums and sorts along an axis;
 * - `claimed`: a composite that the backend computes itself;
 * - `loop`: a sub-graph that runs once for each step of time; a place kept for `scan`, no pass makes one yet;
 * - `multiTensor`: one computation over many tensors, a segment for each (the optimiser update, a global norm).
 */
export type RegionKind =
  | "elementwise"
  | "reduction"
  | "product"
  | "gather"
  | "scatter"
  | "random"
  | "movement"
  | "scanning"
  | "claimed"
  | "loop"
  | "multiTensor"

/**
 * Nodes that run as one kernel. It reads materialised values, computes `nodes` in order, and materialises `writes`;
 * whatever else it computes exists only inside. Cheap nodes (views, constants, short elementwise trees) may be computed
 * in several regions.
 *
 * The region walks `space`. A value of as many elements is computed at each of them, in row-major order; one of the
 * space with `axes` at size 1 is computed once a row. `reshape` and `barrier` keep that order; behind any other view,
 * and behind a broadcast that is not one from rows to the space, a node is computed wherever the view asks for it.
 *
 * A kernel passes over a row once more for each reduction whose result it needs at the row's elements. It loads what it
 * needs of an element before it stores anything there, and stores the numbers of a row when its passes are done: the plan
 * may have put what it writes where something lies that it reads.
 */
export interface Region {
  readonly kind: RegionKind
  /** What it walks: the elements that it reduces, or those that it writes. All segments of a multi-tensor region, flat. */
  readonly space: Shape.Shape
  /** The axes of `space` that its reductions run over; empty where it holds none. */
  readonly axes: ReadonlyArray<number>
  readonly nodes: ReadonlyArray<Id>
  /** Materialised values that it loads, `scalars` among them. */
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
  /** Reads of a single element (a rate, a step count) in a larger space, which kernels take by value. */
  readonly scalars: ReadonlyArray<Id>
  /** Which of a segment's nodes are constants that differ between segments: places in `nodes`. */
  readonly varying: ReadonlyArray<number>
  /** The parts of a multi-tensor region, each the same computation on another tensor; empty for the other kinds. */
  readonly segments: ReadonlyArray<Segment>
}

/**
 * One tensor's part of a multi-tensor region. Nodes, reads and writes of all segments correspond by position; the values
 * of the constants that differ between segments (the decay of a parameter group, say) are `attributes`, in the order of
 * the region's `varying`. The region's scalars are the same for every segment and not among its reads.
 */
export interface Segment {
  readonly elements: number
  readonly nodes: ReadonlyArray<Id>
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
  readonly attributes: ReadonlyArray<number>
}

/**
 * Where a materialised value lives: in the program's arena, in a slot of the Store, in memory that the caller gives (a
 * run's inputs), or laid down once when the program is loaded (constants, from their node's attributes).
 */
export type Place =
  | { readonly in: "arena"; readonly buffer: number }
  | { readonly in: "slot"; readonly slot: string }
  | { readonly in: "input"; readonly name: string }
  | { readonly in: "constant" }

/** A span of the arena, and the values that take turns in it, each computed over the one before. */
export interface Buffer {
  readonly offset: number
  readonly bytes: number
  readonly holds: ReadonlyArray<Id>
}

/**
 * What a program does with a slot of the Store: reads it, writes it, or reads it and replaces it (*donated*). Where the
 * next value is computed `inPlace`, a region writes it into the slot itself, after or while the old value is read for
 * the last time; otherwise it is copied there when the run has succeeded.
 */
export interface Slot {
  readonly name: string
  readonly type: TensorType.TensorType
  readonly access: "read" | "write" | "donated"
  /** The node that reads it; absent where it is only written. */
  readonly reads?: Id
  /** The node whose value becomes its next one; absent where it is only read. */
  readonly updates?: Id
  /** Whether the next value is computed into the slot, without a copy. */
  readonly inPlace: boolean
}

/** A value that the caller binds at each run. */
export interface ProgramInput {
  readonly name: string
  readonly type: TensorType.TensorType
  readonly id: Id
}

/**
 * What a backend is given: a graph, the regions that compute it in order, and where each materialised value lives.
 * Planner and executor read the same list of regions.
 */
export interface Program {
  readonly graph: Graph
  readonly inputs: ReadonlyArray<ProgramInput>
  readonly slots: ReadonlyArray<Slot>
  /** Slots that lie one after the other in the Store, so that multi-tensor regions walk them as one. */
  readonly slotGroups: ReadonlyArray<ReadonlyArray<string>>
  readonly outputs: ReadonlyArray<Named>
  readonly regions: ReadonlyArray<Region>
  readonly buffers: ReadonlyArray<Buffer>
  readonly places: ReadonlyMap<Id, Place>
  /** Size of the arena. */
  readonly arenaBytes: number
  /** The most bytes of temporaries that are live at once: what an arena without fragmentation would take. */
  readonly peakBytes: number
  /** Identifies the computation: equal programs have equal hashes. */
  readonly hash: string
}
