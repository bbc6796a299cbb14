import type { DType } from "@residual/core"
import { bare } from "./bare.ts"
import type { Kernel, ValueAccess } from "./kernel.ts"
import { libraryText } from "./library.ts"
import { storedType } from "./scalar.ts"

/** How a window on memory is declared. */
export type WindowType = "f32" | "i32" | "u32" | "vec4<f32>" | "f16" | "vec4<f16>"

/** Where a kernel finds a value: in which window, and whether the table says how far from its start. */
export interface ValueBinding {
  readonly window: number
  readonly inTable: boolean
}

/** How a kernel is bound: the windows that it has, and where its values are in them. */
export interface Binding {
  readonly windows: ReadonlyArray<WindowType>
  /** For each value, and then for each position of its tensors. */
  readonly values: ReadonlyArray<ValueBinding>
  readonly hasTable: boolean
}

/** Words of the table for each workgroup of a kernel with tensors: where its tensor's are, where it starts, its number. */
export const wordsOfGroup = 3

/** The most workgroups along a dimension that any device must allow. */
export const mostGroups = 65_535

/** How many workgroups a kernel is dispatched in, along two dimensions. */
export const gridOf = (groups: number): readonly [x: number, y: number] => {
  const rows = Math.max(1, Math.ceil(groups / mostGroups))
  return [Math.ceil(groups / rows), rows]
}

const offsetText = (start: string, by: number): string => (by === 0 ? start : `${start} + ${by}`)

/** How a kernel's body finds values, given how it is bound. */
const accessOf = (kernel: Kernel, { windows, values }: Binding): ValueAccess => {
  const dtypeOf = (value: number): DType.DType =>
    (kernel.values[value] ?? kernel.tensors?.positions[value - kernel.values.length])?.dtype as DType.DType
  const element = (value: number, index: string): string => {
    const { window, inTable } = values[value] as ValueBinding
    if (!inTable) return `buffer${window}[${index}]`
    const own = value < kernel.values.length ? `${value}` : offsetText("tensor", value - kernel.values.length)
    return `buffer${window}[table[${own}]${index === "0" ? "" : ` + ${index}`}]`
  }
  const typeOf = (value: number): WindowType => windows[(values[value] as ValueBinding).window] as WindowType
  return {
    load: (value, index) => {
      const [text, type, dtype] = [element(value, index), typeOf(value), dtypeOf(value)]
      if (type === "vec4<f32>") return text
      if (type === "vec4<f16>" || type === "f16") return `${type === "f16" ? "f32" : "vec4<f32>"}(${text})`
      const stored = storedType(dtype)
      const word = type === stored ? text : `bitcast<${stored}>(${text})`
      return dtype === "bool" ? `(${word} != 0u)` : word
    },
    store: (value, index, what) => {
      const [text, type, dtype] = [element(value, index), typeOf(value), dtypeOf(value)]
      if (type === "vec4<f16>" || type === "f16") return `${text} = ${type}(${bare(what)});`
      const word = dtype === "bool" ? `u32(${bare(what)})` : bare(what)
      const stored = type === "vec4<f32>" || type === storedType(dtype)
      return `${text} = ${stored ? word : `bitcast<${type}>(${word})`};`
    },
    word: (at) => `table[${offsetText("tensor", (kernel.tensors?.positions.length ?? 0) + at)}]`
  }
}

/** How a table is declared that is bound behind so many windows. */
export const tableText = (windows: number): string =>
  `@group(0) @binding(${windows}) var<storage, read> table: array<i32>;`

const indented = (text: string, by: string): string => text.replaceAll(/^(?=.)/gm, by)

/** The text of a kernel's module. The same kernel bound the same way has the same text, whatever its values are. */
export const shaderSource = (kernel: Kernel, binding: Binding, groups = kernel.groups): string => {
  const { threads, shared, functions, tensors, values } = kernel
  const access = accessOf(kernel, binding)
  const [across, down] = gridOf(groups)
  const own = kernel.body(access)
  const tensor = [
    `let entry = ${values.length === 0 ? "" : `${values.length} + `}${wordsOfGroup} * group;`,
    "let tensor = table[entry];",
    "let first = table[entry + 1];",
    ...(/\bchunk\b/.test(own) ? ["let chunk = table[entry + 2];"] : [])
  ]
  const body = [...(tensors === undefined ? [] : tensor), own].join("\n")
  const usesSubgroups = kernel.usesSubgroups === true
  const lines = [
    ...(binding.windows.some((type) => type.endsWith("f16") || type.endsWith("f16>")) ? ["enable f16;", ""] : []),
    ...(usesSubgroups ? ["enable subgroups;", ""] : []),
    // A compiler takes what is the same within each quad for what may differ anywhere.
    ...(kernel.partsQuads === true ? ["diagnostic(off, subgroup_uniformity);", ""] : []),
    ...binding.windows.map(
      (type, at) => `@group(0) @binding(${at}) var<storage, read_write> buffer${at}: array<${type}>;`
    ),
    ...(binding.hasTable ? [tableText(binding.windows.length)] : []),
    ...shared.map(({ name, type }) => `var<workgroup> ${name}: ${type};`),
    "",
    libraryText(functions),
    `@compute @workgroup_size(${threads})`,
    "fn main(",
    "  @builtin(workgroup_id) workgroup: vec3<u32>,",
    ...(down > 1 ? ["  @builtin(num_workgroups) workgroups: vec3<u32>,"] : []),
    "  @builtin(local_invocation_index) invocation: u32",
    ") {",
    "  let thread = i32(invocation);",
    ...(down > 1
      ? ["  let group = i32(workgroup.x + workgroup.y * workgroups.x);"]
      : ["  let group = i32(workgroup.x);"]),
    ...(across * down > groups
      ? [`  if (group < ${groups}) {`, indented(body, "    "), "  }"]
      : [indented(body, "  ")]),
    "}",
    ""
  ]
  return lines.filter((line, at) => line !== "" || lines[at - 1] !== "").join("\n")
}
