import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "vitest"
import { eventsOf, only } from "./events.ts"
import { residual } from "./process.ts"
import { temporaryFolder } from "./temporary.ts"

const { file } = temporaryFolder("telemetry")
const text = file("text.txt", "the quick brown fox jumps over the lazy dog. ".repeat(40))
const small = ["--layers", "1", "--heads", "2", "--width", "16", "--context", "8", "--steps", "20", "--sample", "0"]
const train = (endpoint: string) =>
  residual([
    ...["train", "--text", text, ...small, "--json"],
    ...["--set", "data.held=0.2", "--set", `report.otlp.endpoint=${endpoint}`, "--set", "report.otlp.service=fox"]
  ])

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
}

interface Sent {
  readonly path: string
  readonly body: {
    readonly resourceSpans?: ReadonlyArray<{
      readonly resource: { readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: unknown }> }
      readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
    }>
    readonly resourceMetrics?: ReadonlyArray<{
      readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<{ readonly name: string }> }>
    }>
  }
}

/** A collector of OpenTelemetry, and what was sent to it. */
const collector = async () => {
  const sent: Array<Sent> = []
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (part: string) => {
      body += part
    })
    request.on("end", () => {
      sent.push({ path: request.url ?? "", body: JSON.parse(body) })
      response.setHeader("content-type", "application/json")
      response.end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { sent, server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe("a run that is exported", () => {
  it("sends its spans and metrics to a collector, all of them by its end", async () => {
    const { sent, server, endpoint } = await collector()
    const { code, stderr } = await train(`${endpoint}/`)
    server.close()
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.sameMembers([...new Set(sent.map(({ path }) => path))], ["/v1/traces", "/v1/metrics"])

    const resources = sent.flatMap(({ body }) => body.resourceSpans ?? [])
    const service = resources[0]?.resource.attributes.find(({ key }) => key === "service.name")
    assert.deepStrictEqual(service?.value, { stringValue: "fox" })
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    const named = (name: string) => spans.filter((span) => span.name === name)
    const [run] = named("residual.training")
    assert.strictEqual(named("residual.step").length, 20)
    assert.strictEqual(named("residual.evaluation").length, 10)
    for (const span of [...named("residual.step"), ...named("residual.evaluation")]) {
      assert.deepStrictEqual([span.traceId, span.parentSpanId], [run?.traceId, run?.spanId])
    }

    const metrics = sent.flatMap(({ body }) =>
      (body.resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    )
    const told = new Set(metrics.map(({ name }) => name))
    for (const name of ["residual_training_loss", "residual_evaluation_loss", "residual_device_bytes"]) {
      assert.isTrue(told.has(name), name)
    }
  })

  it("comes to the same where there is no collector", async () => {
    const { server, endpoint } = await collector()
    await new Promise((resolve) => server.close(resolve))
    const { code, stdout, stderr } = await train(endpoint)
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.strictEqual(only(eventsOf(stdout), "finished").length, 1)
  })

  it("is refused where the collector has no address", async () => {
    const { code, stderr } = await train("localhost")
    assert.strictEqual(code, 1)
    assert.match(
      stderr,
      /report\.otlp\.endpoint: expected an address as in http:\/\/localhost:4318, found "localhost"\n$/
    )
  })
})
