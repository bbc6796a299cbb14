import type { DType } from "@residual/core"

/** The element types that WGSL computes with. */
export type ScalarType = "f32" | "i32" | "u32" | "bool"

/** How WGSL calls the type of a number that is computed with. */
export const scalarType = (dtype: DType.DType): ScalarType => {
  if (dtype === "f64") throw new Error("there are no floats of 64 bits in WGSL")
  return dtype
}

/** The type in which elements lie in memory: bools are words, 0 or 1. */
export const storedType = (dtype: DType.DType): "f32" | "i32" | "u32" => {
  const type = scalarType(dtype)
  return type === "bool" ? "u32" : type
}

const floatText = (value: number): string => {
  const single = Math.fround(value)
  if (Number.isNaN(single)) return "nan_f32()"
  if (!Number.isFinite(single)) return single > 0 ? "infinity_f32()" : "(-infinity_f32())"
  if (Object.is(single, -0)) return "(-0.0f)"
  const text = `${single}`
  const written = /[.e]/.test(text) ? `${text}f` : `${text}.0f`
  return single < 0 ? `(${written})` : written
}

/** A number as WGSL writes it. Infinities and NaN are calls, since constants may be neither. */
export const scalarText = (dtype: DType.DType, value: number): string => {
  switch (scalarType(dtype)) {
    case "f32":
      return floatText(value)
    case "bool":
      return value === 0 ? "false" : "true"
    case "i32":
      return value === -(2 ** 31) ? "(-2147483647 - 1)" : value < 0 ? `(${value})` : `${value}`
    case "u32":
      return `${value >>> 0}u`
  }
}

/** The functions that a number's text calls. */
export const scalarFunctions = (dtype: DType.DType, value: number): ReadonlyArray<string> => {
  if (dtype !== "f32") return []
  const single = Math.fround(value)
  if (Number.isNaN(single)) return ["nan_f32"]
  return Number.isFinite(single) ? [] : ["infinity_f32"]
}
