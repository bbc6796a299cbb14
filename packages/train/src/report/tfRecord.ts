import { crc32c } from "./crc32c.ts"

// Of data that hold checksums of their own, a plain one says little; so TensorFlow rotates it and adds this.
const maskDelta = 0xa282ead8

const maskedCrc = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0
}

/**
 * A record as TFRecord files hold it, one after another: the length in 8 bytes and their masked CRC-32C in 4, the data, and
 * their masked CRC-32C in 4; integers have their least byte first.
 */
export const tfRecord = (data: Uint8Array): Uint8Array => {
  const record = new Uint8Array(data.length + 16)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true)
  record.set(data, 12)
  view.setUint32(12 + data.length, maskedCrc(data), true)
  return record
}
