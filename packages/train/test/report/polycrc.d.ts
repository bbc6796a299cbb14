declare module "polycrc" {
  /** The CRC-32C of bytes. */
  export const crc32c: (bytes: Uint8Array) => number
}
