const block = 512

/** The regular files of a tar archive, by name. */
export const filesOfTar = (archive: Uint8Array): ReadonlyMap<string, Uint8Array> => {
  const files = new Map<string, Uint8Array>()
  const text = (from: number, to: number): string => {
    const field = archive.subarray(from, to)
    const end = field.indexOf(0)
    return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end))
  }
  for (let at = 0; at + block <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, at + 136), 8)
    const type = text(at + 156, at + 157)
    const start = at + block
    if (type === "0" || type === "") files.set(text(at, at + 100), archive.subarray(start, start + size))
    at = start + Math.ceil(size / block) * block
  }
  return files
}
