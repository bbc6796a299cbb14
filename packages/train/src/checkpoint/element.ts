import type { DType } from "@residual/core"
import type { FileType } from "./header.ts"

/** Elements read from a file, in row-major order; a bool is 0 or 1. */
export type Elements = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array

/** How elements of one type of the file lie in its bytes, little-endian. */
export interface ElementCodec {
  readonly bytes: number
  readonly dtype: DType.DType
  readonly allocate: (length: number) => Elements
  /** One element, or `undefined` where the bytes hold none that the element type can. */
  readonly read: (view: DataView, offset: number) => number | undefined
  readonly write: (view: DataView, offset: number, value: number) => void
}

const range = 2n ** 31n

/** Every element type of the file. */
export const codecs: Readonly<Record<FileType, ElementCodec>> = {
  F64: {
    bytes: 8,
    dtype: "f64",
    allocate: (length) => new Float64Array(length),
    read: (view, offset) => view.getFloat64(offset, true),
    write: (view, offset, value) => view.setFloat64(offset, value, true)
  },
  F32: {
    bytes: 4,
    dtype: "f32",
    allocate: (length) => new Float32Array(length),
    read: (view, offset) => view.getFloat32(offset, true),
    write: (view, offset, value) => view.setFloat32(offset, value, true)
  },
  I32: {
    bytes: 4,
    dtype: "i32",
    allocate: (length) => new Int32Array(length),
    read: (view, offset) => view.getInt32(offset, true),
    write: (view, offset, value) => view.setInt32(offset, value, true)
  },
  U32: {
    bytes: 4,
    dtype: "u32",
    allocate: (length) => new Uint32Array(length),
    read: (view, offset) => view.getUint32(offset, true),
    write: (view, offset, value) => view.setUint32(offset, value, true)
  },
  I64: {
    bytes: 8,
    dtype: "i32",
    allocate: (length) => new Int32Array(length),
    read: (view, offset) => {
      const value = view.getBigInt64(offset, true)
      return value >= -range && value < range ? Number(value) : undefined
    },
    write: (view, offset, value) => view.setBigInt64(offset, BigInt(value), true)
  },
  BOOL: {
    bytes: 1,
    dtype: "bool",
    allocate: (length) => new Uint8Array(length),
    read: (view, offset) => {
      const value = view.getUint8(offset)
      return value <= 1 ? value : undefined
    },
    write: (view, offset, value) => view.setUint8(offset, value)
  }
}

/** The file's name of an element type. */
export const fileTypes: Readonly<Record<DType.DType, FileType>> = {
  f64: "F64",
  f32: "F32",
  i32: "I32",
  u32: "U32",
  bool: "BOOL"
}
