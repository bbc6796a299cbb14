import type { Tensor } from "@residual/backends"
import type { DType } from "@residual/core"
import { elementBytes, type FileType } from "./header.ts"

/** How elements of one type of the file become a tensor's. */
export interface ElementCodec {
  readonly dtype: DType.DType
  /**
   * The elements that little-endian bytes hold, or the place of one that is no value of the type. The bytes are the
   * codec's own from then on, and begin where their buffer does.
   */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => Tensor.Elements | { readonly wrongAt: number }
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Turns elements of a width around where the host keeps them the other way than the file; the bytes are changed. */
const inFileOrder = <Bytes extends Uint8Array>(bytes: Bytes, width: number): Bytes => {
  if (isLittleEndian) return bytes
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse()
  return bytes
}

const range = 2n ** 31n

const longs = (values: BigInt64Array): ReturnType<ElementCodec["decode"]> => {
  const wrongAt = values.findIndex((value) => value < -range || value >= range)
  return wrongAt < 0 ? Int32Array.from(values, Number) : { wrongAt }
}

const bools = (values: Uint8Array): ReturnType<ElementCodec["decode"]> => {
  const wrongAt = values.findIndex((value) => value > 1)
  return wrongAt < 0 ? values : { wrongAt }
}

const codec = (
  type: FileType,
  dtype: DType.DType,
  elementsOf: (buffer: ArrayBuffer) => ReturnType<ElementCodec["decode"]>
): ElementCodec => ({ dtype, decode: (bytes) => elementsOf(inFileOrder(bytes, elementBytes[type]).buffer) })

/** Every element type of the file. */
export const codecs: Readonly<Record<FileType, ElementCodec>> = {
  F64: codec("F64", "f64", (buffer) => new Float64Array(buffer)),
  F32: codec("F32", "f32", (buffer) => new Float32Array(buffer)),
  I32: codec("I32", "i32", (buffer) => new Int32Array(buffer)),
  U32: codec("U32", "u32", (buffer) => new Uint32Array(buffer)),
  I64: codec("I64", "i32", (buffer) => longs(new BigInt64Array(buffer))),
  BOOL: codec("BOOL", "bool", (buffer) => bools(new Uint8Array(buffer)))
}

/** The file's name of an element type. */
export const fileTypes: Readonly<Record<DType.DType, FileType>> = {
  f64: "F64",
  f32: "F32",
  i32: "I32",
  u32: "U32",
  bool: "BOOL"
}

/**
 * A tensor's elements as the file has them, to be read only: they may be the tensor's own. Elements of an F32 that are kept
 * more exactly are rounded.
 */
export const encodeElements = ({ "~elements": given }: Tensor.Tensor, type: FileType): Uint8Array<ArrayBuffer> => {
  const isRounded = type === "F32" && given instanceof Float64Array
  const elements = isRounded ? Float32Array.from(given) : isLittleEndian ? given : given.slice()
  const { buffer, byteOffset, byteLength } = elements as typeof elements & { readonly buffer: ArrayBuffer }
  return inFileOrder(new Uint8Array(buffer, byteOffset, byteLength), elementBytes[type])
}
