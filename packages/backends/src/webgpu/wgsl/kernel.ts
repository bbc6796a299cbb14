import type { DType } from "@residual/core"
import type { Id } from "@residual/graph"

/** Memory that passes between kernels of one region only: known by a name, so many bytes long. */
export interface Scratch {
  readonly scratch: string
  readonly bytes: number
}

/** What a kernel reads or writes: a value of the graph, or scratch memory. */
export interface KernelValue {
  readonly of: Id | Scratch
  readonly dtype: DType.DType
  readonly access: "read" | "write" | "both"
  /** Whether it is read and written in vectors of four floats, and so by the numbers of those. */
  readonly byVectors?: boolean
}

/** Memory that the invocations of a workgroup share, as WGSL declares it. */
export interface SharedMemory {
  readonly name: string
  /** `array<f32, 256>`, say. */
  readonly type: string
  readonly bytes: number
}

/** How a kernel's body writes down what it reads and stores: values by their places in `values`. */
export interface ValueAccess {
  /** An element, in the type of its value: bools as `bool`. `index` is an `i32`. */
  readonly load: (value: number, index: string) => string
  /** A statement. */
  readonly store: (value: number, index: string, element: string) => string
  /** A number of the tensor that the workgroup is at, as bits, an `i32`; where the kernel has `tensors`. */
  readonly word: (at: number) => string
}

/** One of the tensors of a kernel: what it has at each position, and numbers of its own. */
export interface KernelTensor {
  readonly values: ReadonlyArray<Id>
  readonly words: ReadonlyArray<number>
  /** Its workgroups: the element that each starts at, and the number of each among all workgroups. */
  readonly groups: ReadonlyArray<{ readonly first: number; readonly chunk: number }>
}

/**
 * Tensors that a kernel computes the same on, each of its workgroups on one of them. In its body `first` is where the
 * workgroup starts and `chunk` its number, both `i32`; values from `values.length` on are the tensor's.
 */
export interface KernelTensors {
  readonly positions: ReadonlyArray<Pick<KernelValue, "dtype" | "access">>
  readonly each: ReadonlyArray<KernelTensor>
}

/**
 * A kernel: one dispatch of workgroups in a line, or a part of one. The text of its body is WGSL statements, in which
 * `group` is the number of the workgroup and `thread` that of the invocation in it, both `i32` and never out of range.
 * It leaves by no `return`, so that bodies can follow each other, and its barriers are in uniform control flow.
 */
export interface Kernel {
  /** What it computes, for people: `matmul 64x64`, `attention`. */
  readonly name: string
  readonly values: ReadonlyArray<KernelValue>
  readonly tensors?: KernelTensors
  /** Invocations of a workgroup. */
  readonly threads: number
  readonly groups: number
  readonly shared: ReadonlyArray<SharedMemory>
  /** Whether its body lets the invocations of a subgroup hand each other numbers. */
  readonly usesSubgroups?: boolean
  /** Whether quads of a subgroup may part ways, within which invocations hand each other numbers. */
  readonly partsQuads?: boolean
  /**
   * Whether sizes in its body may be numbers that it reads: so that kernels which differ in nothing else are compiled once.
   * That is for long bodies, whose invocations have so much to do that a number read in the beginning costs nothing.
   */
  readonly mayReadSizes?: boolean
  /** Functions of the library that the body calls. */
  readonly functions: ReadonlySet<string>
  readonly body: (access: ValueAccess) => string
}
