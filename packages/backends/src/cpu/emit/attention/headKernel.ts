import { Shape } from "@residual/core"
import type { Id } from "@residual/graph"
import { type AttentionShape, type MatrixOperand, matrixStart } from "../../../kernel/attention/attentionShape.ts"
import { add, constant, coordinatesOf, type Index, type Loop, ofLoop, scale } from "../../../kernel/indexExpression.ts"
import type { Nest } from "../../../kernel/nest.ts"
import { lines } from "../../lines.ts"
import { type Code, get, type Local, sequence, set } from "../../wasm/code.ts"
import { counting } from "../../wasm/control.ts"
import { functionOf, type MakeLocal, type WasmFunction } from "../../wasm/function.ts"
import { i32 } from "../../wasm/instructions.ts"
import { type IndexSource, indexCode } from "../indexCode.ts"
import type { KernelContext } from "../kernels.ts"
import { nestCode } from "../nestCode.ts"
import { type BlockProducts, blockProducts } from "./blockProduct.ts"

/** What the code of one head of keys is composed with. */
export interface Head {
  readonly local: MakeLocal
  readonly products: BlockProducts
  /** Where matrices of the kernel's own start. */
  readonly scratch: Local
  /** Where an operand's matrix starts: the head's own, or that of the queries' head which is the `member`-th of its group. */
  readonly start: (operand: MatrixOperand, rank: 1 | 2, bytes: number, member?: number) => Code
  /** Where the matrix of so many bytes starts in something that is written, head after head of keys, or of queries. */
  readonly target: (write: number, bytes: number, member?: number) => Code
  /** Runs loops over a matrix of scores, given where what they name starts. */
  readonly run: (nest: Nest, pointers: ReadonlyMap<number, Local>) => Code
}

/** A kernel that computes one head of keys after the other, and its scratch memory. */
export interface HeadKernel {
  readonly kernel: WasmFunction
  readonly scratchBytes: number
}

/** Composes such a kernel. `matrixBytes` is what it keeps for itself beside what products need. */
export const headKernel = (
  shape: AttentionShape,
  reads: ReadonlyArray<Id>,
  writes: number,
  matrixBytes: number,
  context: KernelContext,
  compose: (head: Head) => Code
): HeadKernel => {
  const { group, outer, keyHeads } = shape
  let productBytes = 0
  const types = new Array(reads.length + writes + 3).fill("i32")
  const kernel = functionOf(types, [], (params, local) => {
    const [scratch, from, to] = params.slice(-3) as [Local, Local, Local]
    const { context: vector, before } = context.vector(local)
    const [unit, work] = [local("i32"), local("i32")]
    const loop: Loop = { id: 0, size: Shape.size(outer) * keyHeads }
    const source: IndexSource = {
      loop: () => get(unit),
      computed: () => {
        throw new Error("an attention's operands lie at computed places")
      }
    }
    const ofKeys = coordinatesOf(ofLoop(loop), [...outer, keyHeads])
    const ofQueries = (member: number): ReadonlyArray<Index> => [
      ...ofKeys.slice(0, -1),
      add(scale(ofKeys.at(-1) as Index, group), constant(member))
    ]
    const products = blockProducts(context, work, local)
    const code = compose({
      local,
      products,
      scratch,
      start: (operand, rank, bytes, member) =>
        i32.add(
          get(params[reads.indexOf(operand.read)] as Local),
          indexCode(matrixStart(operand, rank, member === undefined ? ofKeys : ofQueries(member)), source, bytes)
        ),
      target: (write, bytes, member) => {
        const number =
          member === undefined ? get(unit) : i32.add(i32.mul(get(unit), i32.constant(group)), i32.constant(member))
        return i32.add(get(params[reads.length + write] as Local), i32.mul(number, i32.constant(bytes)))
      },
      run: (nest, pointers) =>
        nestCode(nest, {
          local,
          scalar: context.scalar(local),
          vector,
          random: context.random,
          pointer: (id) => pointers.get(id) as Local
        })
    })
    productBytes = products.bytes()
    return sequence(
      before,
      set(work, i32.add(get(scratch), i32.constant(lines(matrixBytes)))),
      counting(unit, get(from), get(to), 1, code)
    )
  })
  return { kernel, scratchBytes: lines(matrixBytes) + productBytes }
}
