import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Bytes, DataError, Read, Samples } from "@residual/train"
import { Effect, Stream } from "effect"
import * as InBrowsers from "../src/index.ts"
import { InterruptedError, toAsyncIterable, toPromise } from "../src/index.ts"
import * as InNode from "../src/node/index.ts"
import { rejection, thrownBy } from "./rejection.ts"

const here = new URL(import.meta.url).pathname

describe("Effects as Promises", () => {
  it("resolve, and reject with the error itself", async () => {
    assert.strictEqual((await toPromise(Samples.fromArrays({ x: [1, 2] }))).count, 2)
    const error = await rejection(toPromise(Samples.fromArrays({})))
    assert.instanceOf(error, DataError)
    const defect = new RangeError("not a whole number")
    assert.strictEqual(await rejection(toPromise(Effect.die(defect))), defect)
  })

  it("are interrupted by a signal", async () => {
    const controller = new AbortController()
    let interrupted = false
    const waiting = Effect.onInterrupt(Effect.never, () =>
      Effect.sync(() => {
        interrupted = true
      })
    )
    const promise = rejection(toPromise(waiting, { signal: controller.signal }))
    controller.abort("enough")
    assert.strictEqual(await promise, "enough")
    assert.isTrue(interrupted)
  })

  it("that interrupt themselves reject with an error that says so", async () => {
    const error = await rejection(toPromise(Effect.interrupt))
    assert.instanceOf(error, InterruptedError)
    assert.strictEqual(error.message, "the Promise: its Effect interrupted itself")
    const { thrown } = await thrownBy(toAsyncIterable(Stream.fromEffect(Effect.interrupt)))
    assert.instanceOf(thrown, InterruptedError)
  })

  it("may read what a server sends, in Node with files too", async () => {
    const server = createServer((_, response) => response.end("one\ntwo\n"))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    try {
      const lines = Read.lines(Bytes.http(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
      for (const { toPromise, toAsyncIterable } of [InBrowsers, InNode]) {
        assert.deepStrictEqual(await toPromise(Stream.runCollect(lines)), ["one", "two"])
        assert.deepStrictEqual(await Array.fromAsync(toAsyncIterable(lines)), ["one", "two"])
      }
    } finally {
      server.close()
    }
  })

  it("may read files in Node", async () => {
    assert.include(await InNode.toPromise(Read.text(Bytes.file(here))), "may read files in Node")
    const lines = await Array.fromAsync(InNode.toAsyncIterable(Read.lines(Bytes.file(here))))
    assert.strictEqual(lines[0], 'import { createServer } from "node:http"')
    const { thrown } = await thrownBy(InNode.toAsyncIterable(Read.lines(Bytes.file("none.txt"))))
    assert.instanceOf(thrown, DataError)
  })
})

describe("Streams as async iterables", () => {
  it("are read anew for each loop, and released where it is left", async () => {
    let [opened, released] = [0, 0]
    const resource = Effect.acquireRelease(
      Effect.sync(() => {
        opened++
      }),
      () =>
        Effect.sync(() => {
          released++
        })
    )
    const numbers = toAsyncIterable(
      Stream.flatMap(Stream.scoped(Stream.fromEffect(resource)), () => Stream.range(1, 5))
    )
    assert.deepStrictEqual(await Array.fromAsync(numbers), [1, 2, 3, 4, 5])
    for await (const number of numbers) if (number === 2) break
    assert.deepStrictEqual([opened, released], [2, 2])
    const failing = toAsyncIterable(Stream.concat(Stream.make(1), Stream.fail("broken")))
    assert.deepStrictEqual(await thrownBy(failing), { given: [1], thrown: "broken" })
  })

  it("give one element after the other, also where several are asked for at once", async () => {
    const iterator = toAsyncIterable(Stream.rechunk(Stream.range(1, 3), 2))[Symbol.asyncIterator]()
    const asked = await Promise.all([
      iterator.next(),
      iterator.next(),
      iterator.next(),
      iterator.next(),
      iterator.next()
    ])
    assert.deepStrictEqual(
      asked.map(({ value }) => value),
      [1, 2, 3, undefined, undefined]
    )
    assert.isTrue(asked[3]?.done)
  })

  it("are interrupted where they are left while an element is awaited", async () => {
    let released = 0
    const stalling = Stream.ensuring(
      Stream.concat(Stream.make(1), Stream.never),
      Effect.sync(() => {
        released++
      })
    )
    const iterator = toAsyncIterable(stalling)[Symbol.asyncIterator]()
    assert.deepStrictEqual(await iterator.next(), { done: false, value: 1 })
    const waiting = [iterator.next(), iterator.next()]
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepStrictEqual(await iterator.return?.(), { done: true, value: undefined })
    assert.strictEqual(released, 1)
    assert.deepStrictEqual(
      (await Promise.all([...waiting, iterator.next()])).map(({ done }) => done),
      [true, true, true]
    )
    await iterator.return?.()
    assert.strictEqual(released, 1)
    const untouched = toAsyncIterable(stalling)[Symbol.asyncIterator]()
    await untouched.return?.()
    assert.deepStrictEqual([(await untouched.next()).done, released], [true, 1])
  })
})
