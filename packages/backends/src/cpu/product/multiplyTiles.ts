import { innermost } from "../../kernel/product/axis.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { call, counting, when } from "../wasm/control.ts"
import type { MakeLocal, WasmFunction } from "../wasm/function.ts"
import { i32, select } from "../wasm/instructions.ts"
import type { Lanes } from "./lanes.ts"
import { multiplyFunction, type Operands } from "./multiplyFunction.ts"
import { offsetOn } from "./offsetOn.ts"
import { panelWidth } from "./packing.ts"
import { packPanels } from "./packPanels.ts"
import { type Blocking, isBroken, tileCode } from "./tileCode.ts"
import type { TiledProduct, TilePlan } from "./tilePlan.ts"

/** The function that computes rows and columns of a product. */
export const multiplyTiles = (lanes: Lanes, product: TiledProduct, plan: TilePlan, blocking: Blocking): WasmFunction =>
  multiplyFunction((operands, local) =>
    multiplication(lanes, product, plan, blocking, product.isSwapped ? swapped(operands) : operands, local)
  )

const swapped = ({ a, b, rowFrom, rowTo, columnFrom, columnTo, ...others }: Operands): Operands => ({
  ...others,
  a: b,
  b: a,
  rowFrom: columnFrom,
  rowTo: columnTo,
  columnFrom: rowFrom,
  columnTo: rowTo
})

const multiplication = (
  lanes: Lanes,
  product: TiledProduct,
  plan: TilePlan,
  blocking: Blocking,
  { a, b, packed, c, scratch, rowFrom, rowTo, columnFrom, columnTo }: Operands,
  local: MakeLocal
): Code => {
  const { bytes } = lanes
  const { m, k, n } = product
  const { shape, rowBlock } = plan
  const { blocks, ofA, ofB, panelAt } = blocking
  const [rowBytes, columnBytes] = [product.rowStride * bytes, product.columnStride * bytes]
  const [blockFrom, blockTo, top, depthFrom] = [local("i32"), local("i32"), local("i32"), local("i32")]
  const [blockA, blockB, row, column] = [local("i32"), local("i32"), local("i32"), local("i32")]
  const width = Math.ceil(shape.columns / lanes.count)
  const apart = Array.from({ length: width }, (_, at) =>
    isBroken(plan, blocking) && at > 0 ? local("i32") : undefined
  )
  const [block, count] = [local("i32"), local("i32")]
  const place = { a: local("i32"), b: local("i32"), c: local("i32"), scratch, apart, block, count }
  const packRows = plan.a === "packed" ? packPanels(lanes, ofA) : undefined
  const packPanel = plan.b === "panel" ? packPanels(lanes, ofB) : undefined
  const tile = tileCode(lanes, product, plan, blocking, place, local)

  /** Elements of an operand as it lies, so many of them from a number on, by the address of the lowest. */
  const lowest = (side: "a" | "b", size: number): Code => {
    const { across } = side === "a" ? ofA : ofB
    const lower = Math.min(0, innermost(across).stride * (size - 1)) * bytes
    const start = get(side === "a" ? blockA : blockB)
    const offset = offsetOn(across, side === "a" ? row : column, bytes)
    return i32.add(lower === 0 ? start : i32.add(start, i32.constant(lower)), offset)
  }
  const rowsOfA = (height: number): Code => {
    if (plan.a === "direct") return set(place.a, lowest("a", height))
    const before = i32.mul(i32.sub(get(row), get(blockFrom)), i32.mul(get(count), i32.constant(blocks.inner * bytes)))
    return set(place.a, i32.add(get(scratch), before))
  }

  const ahead = local("i32")
  const distances = (across: number): Code =>
    sequence(
      ...apart
        .slice(0, Math.ceil(across / lanes.count))
        .map((far, at) =>
          far === undefined
            ? nothing
            : sequence(
                set(ahead, i32.add(get(column), i32.constant(at * lanes.count))),
                set(far, i32.sub(i32.add(get(blockB), offsetOn(ofB.across, ahead, bytes)), get(place.b)))
              )
        )
    )
  const columnsOfB = (across: number): Code => {
    if (packPanel !== undefined) {
      const to = i32.add(get(column), i32.constant(across))
      return sequence(
        set(place.b, i32.add(get(scratch), i32.constant(panelAt))),
        call(packPanel, get(blockB), get(place.b), get(column), to, get(count))
      )
    }
    if (plan.b === "direct") {
      return sequence(set(place.b, lowest("b", plan.vectors === "k" ? across : 1)), distances(across))
    }
    const step = i32.constant(panelWidth(lanes, ofB, across) * bytes)
    const before = i32.mul(i32.sub(get(column), get(columnFrom)), i32.constant(k * bytes))
    return set(place.b, i32.add(i32.add(get(packed), before), i32.mul(get(depthFrom), step)))
  }

  const eachRows = (body: (height: number) => Code): Code => cut(row, get(blockFrom), get(blockTo), m, shape.rows, body)
  const eachColumns = (body: (across: number) => Code): Code =>
    cut(column, get(columnFrom), get(columnTo), n, shape.columns, body)
  const targeted = (height: number, across: number): Code => {
    const below = i32.mul(i32.sub(get(row), get(blockFrom)), i32.constant(rowBytes))
    const beside = i32.mul(i32.sub(get(column), get(columnFrom)), i32.constant(columnBytes))
    return sequence(set(place.c, i32.add(get(top), i32.add(below, beside))), tile({ rows: height, columns: across }))
  }
  const tiles = plan.isRowByRow
    ? eachRows((height) =>
        sequence(
          rowsOfA(height),
          eachColumns((across) => sequence(columnsOfB(across), targeted(height, across)))
        )
      )
    : eachColumns((across) =>
        sequence(
          columnsOfB(across),
          eachRows((height) => sequence(rowsOfA(height), targeted(height, across)))
        )
      )

  const eachBlock = sequence(
    set(count, blocks.countOf(block)),
    set(blockA, i32.add(get(a), blocks.offsetOf(block, "a", bytes))),
    set(blockB, i32.add(get(b), blocks.offsetOf(block, "b", bytes))),
    packRows === undefined
      ? nothing
      : call(packRows, get(blockA), get(scratch), get(blockFrom), get(blockTo), get(count)),
    tiles,
    set(depthFrom, i32.add(get(depthFrom), i32.mul(get(count), i32.constant(blocks.inner))))
  )
  const eachRowBlock = sequence(
    set(blockTo, i32.add(get(blockFrom), i32.constant(rowBlock))),
    set(blockTo, select(get(rowTo), get(blockTo), i32.lessSigned(get(rowTo), get(blockTo)))),
    set(depthFrom, i32.constant(0)),
    counting(block, i32.constant(0), i32.constant(blocks.total), 1, eachBlock),
    set(top, i32.add(get(top), i32.constant(rowBlock * rowBytes)))
  )
  return sequence(set(top, get(c)), counting(blockFrom, get(rowFrom), get(rowTo), rowBlock, eachRowBlock))
}

/**
 * Runs `body` for every piece of a range: pieces of `size` from a multiple of it on, and a last one that is smaller where
 * the whole, `all`, is no multiple.
 */
const cut = (at: Local, from: Code, to: Code, all: number, size: number, body: (size: number) => Code): Code => {
  const last = all % size
  const whole = i32.sub(to, i32.constant(size - 1))
  return sequence(
    all < size ? set(at, from) : counting(at, from, whole, size, body(size)),
    last === 0 ? nothing : when(i32.lessSigned(get(at), to), body(last))
  )
}
