/** A buffer, of which the size counts. */
interface Sized {
  readonly size: number
}

/** How many bytes `writeBuffer(buffer, offset, data, from, size)` writes: of a typed array, elements are what it counts. */
export const writtenBytes = ([, , data, from = 0, size]: ReadonlyArray<unknown>): number => {
  const { BYTES_PER_ELEMENT: width = 1, byteLength } = data as ArrayBufferView & { readonly BYTES_PER_ELEMENT?: number }
  return size === undefined ? byteLength - width * (from as number) : width * (size as number)
}

/** How many bytes `copyBufferToBuffer` copies, in either of its forms: with offsets, or of whole buffers. */
export const copiedBytes = (given: ReadonlyArray<unknown>): number => {
  const [from, second] = given
  const offset = typeof second === "number" ? second : 0
  const size = typeof second === "number" ? given[4] : given[2]
  return (size as number | undefined) ?? (from as Sized).size - offset
}

/** How many bytes `mapAsync(mode, offset, size)` maps of a buffer. */
export const mappedBytes = (buffer: object, [, offset = 0, size]: ReadonlyArray<unknown>): number =>
  (size as number | undefined) ?? (buffer as Sized).size - (offset as number)
