/** Bytes, one after another. */
export const concatenated = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** How protocol buffers write what follows the number of a field. */
const wire = { varint: 0, eightBytes: 1, counted: 2, fourBytes: 5 } as const

/** A whole number, 7 bits a byte, the least first. */
const varint = (value: number): Uint8Array => {
  const bytes: Array<number> = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Uint8Array.from([...bytes, rest])
}

const field = (number: number, type: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  concatenated([varint(number * 8 + type), ...parts])

/** A field of a whole number from 0 that a float64 holds exactly. */
export const wholeField = (number: number, value: number): Uint8Array => field(number, wire.varint, varint(value))

/** A field of numbers as they are in memory, the least byte first. */
const littleEndian = (bytes: number, write: (view: DataView) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(bytes))
  write(view)
  return new Uint8Array(view.buffer)
}

/** A field of a float64. */
export const doubleField = (number: number, value: number): Uint8Array =>
  field(
    number,
    wire.eightBytes,
    littleEndian(8, (view) => view.setFloat64(0, value, true))
  )

/** A field of a float32. */
export const floatField = (number: number, value: number): Uint8Array =>
  field(
    number,
    wire.fourBytes,
    littleEndian(4, (view) => view.setFloat32(0, value, true))
  )

/** A field of many float64s, packed. */
export const doublesField = (number: number, values: ReadonlyArray<number>): Uint8Array =>
  messageField(number, [
    littleEndian(8 * values.length, (view) => {
      for (const [at, value] of values.entries()) view.setFloat64(8 * at, value, true)
    })
  ])

/** A field of a text. */
export const textField = (number: number, text: string): Uint8Array =>
  messageField(number, [new TextEncoder().encode(text)])

/** A field of a message, given as the fields that it has. */
export const messageField = (number: number, fields: ReadonlyArray<Uint8Array>): Uint8Array => {
  const message = concatenated(fields)
  return field(number, wire.counted, varint(message.length), message)
}
