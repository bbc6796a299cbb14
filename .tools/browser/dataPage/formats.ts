import { type Bytes, type DataError, type NumericArray, Read } from "@residual/train"
import { Effect, Stream } from "effect"

/** An array as JSON has it. */
const plain = ({ shape, elements }: NumericArray) => ({ shape, elements: Array.from(elements) })

/** What is read of files in formats that packages read, wherever they are. */
export const formats = <R>(bytesOf: (name: string) => Bytes.Bytes<R>): Effect.Effect<unknown, DataError, R> =>
  Effect.all({
    parquet: Stream.runCollect(Read.parquet(bytesOf("flowers.zstd.parquet"))),
    npz: Effect.map(Read.npz(bytesOf("packed.npz")), ({ images, labels }) => [
      plain(images as NumericArray),
      plain(labels as NumericArray)
    ]),
    png: Effect.map(Read.image(bytesOf("palette.png"), { channels: 3 }), plain),
    jpeg: Effect.map(Read.image(bytesOf("progressive.jpg"), { channels: 1 }), plain)
  })
