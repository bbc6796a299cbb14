import { checkSettings, counting } from "../setting/checkSettings.ts"
import { type Axis, axisOf } from "./axis.ts"
import { chartStyle } from "./chartStyle.ts"
import type { Curve } from "./curve.ts"

/** How a chart looks. */
export interface ChartOptions {
  readonly title?: string
  /** What is along the horizontal axis: `step` by default. */
  readonly x?: string
  /** What is along the vertical axis: `loss` by default. */
  readonly y?: string
  /** In pixels: 720 by default. */
  readonly width?: number
  /** In pixels: 400 by default. */
  readonly height?: number
}

/** Curves of no more points than these have each of them marked. */
const mostMarks = 60

/**
 * Curves as the text of an SVG image: with axes, round ticks, a grid and a legend, in colours that follow the reader's
 * preference for light or dark. The same curves give the same text. Points that are not finite numbers are left out, and those
 * beyond ±1e300.
 *
 * Throws a `SettingError` for a width or height that is not a whole number from 1.
 *
 * ```ts
 * import { drawCurves } from "@residual/train"
 * const chart = drawCurves([{ name: "train", points: [[1, 2.5], [2, 1.5], [3, 1.25]] }], { title: "A run" })
 * chart.startsWith("<svg") // => true
 * ```
 */
export const drawCurves = (
  curves: ReadonlyArray<Curve>,
  { title, x = "step", y = "loss", width = 720, height = 400 }: ChartOptions = {}
): string => {
  checkSettings("drawCurves", { width: [counting, width], height: [counting, height] })
  const drawn = curves.map(({ name, points }) => ({ name, points: points.filter((point) => point.every(isDrawable)) }))
  const all = drawn.flatMap(({ points }) => points)
  const plot: Plot = {
    left: 64,
    right: Math.max(65, width - 24),
    top: title === undefined ? 40 : 68,
    bottom: Math.max(69, height - 48),
    x: axisOf(
      all.map(([at]) => at),
      Math.max(1, width / 90),
      false
    ),
    y: axisOf(
      all.map(([, value]) => value),
      Math.max(1, height / 60),
      true
    )
  }
  const { left, right, top, bottom } = plot
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title ?? `${y} by ${x}`)}</title>`,
    `<desc>${escaped(drawn.map(described).join("; "))}</desc>`,
    `<style>${chartStyle}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...(title === undefined ? [] : [text(left, 28, title, "title")]),
    ...plot.y.ticks.flatMap(({ value, label }) => {
      const at = placeY(plot, value)
      return [`<path class="grid" d="M${left} ${at}H${right}"/>`, text(left - 8, round(Number(at) + 4), label, "end")]
    }),
    ...plot.x.ticks.flatMap(({ value, label }) => {
      const at = placeX(plot, value)
      return [`<path class="tick" d="M${at} ${bottom}v5"/>`, text(at, bottom + 20, label, "middle")]
    }),
    `<path class="axis" d="M${left} ${top}V${bottom}H${right}"/>`,
    text((left + right) / 2, bottom + 40, x, "middle"),
    `<text class="middle" transform="translate(16 ${round((top + bottom) / 2)}) rotate(-90)">${escaped(y)}</text>`,
    ...drawn.flatMap((curve, at) => drawCurve(plot, curve, at)),
    ...legend(plot, drawn),
    "</svg>"
  ]
  return `${lines.join("\n")}\n`
}

/** Where curves are drawn, in pixels, and what the axes span. */
interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly x: Axis
  readonly y: Axis
}

const isDrawable = (value: number): boolean => Math.abs(value) <= 1e300

const round = (pixels: number): string => String(Number(pixels.toFixed(2)))

/** Where on an axis a value is: from 0 at its low end to 1. */
const part = ({ low, high }: Axis, value: number): number => (value - low) / (high - low)

const placeX = ({ left, right, x }: Plot, value: number): string => round(left + (right - left) * part(x, value))

const placeY = ({ top, bottom, y }: Plot, value: number): string => round(bottom - (bottom - top) * part(y, value))

const drawCurve = (plot: Plot, { points }: Curve, at: number): ReadonlyArray<string> => {
  if (points.length === 0) return []
  const places = points.map(([x, y]) => [placeX(plot, x), placeY(plot, y)] as const)
  const path = `<path class="curve ${hue(at)}" d="M${places.map(([x, y]) => `${x} ${y}`).join("L")}"/>`
  const marks = places.length > mostMarks ? [] : places
  return [path, ...marks.map(([x, y]) => `<circle class="mark ${hue(at)}" cx="${x}" cy="${y}" r="2.5"/>`)]
}

/** One colour and way of dashing for each of the first four curves, and then again. */
const hue = (at: number): string => `hue${at % 4}`

/** About as wide as text of this size is. */
const widthOf = (label: string): number => 7 * label.length

const legend = ({ left, top }: Plot, curves: ReadonlyArray<Curve>): ReadonlyArray<string> => {
  let from = left
  return curves.flatMap(({ name }, at) => {
    const start = from
    from += 32 + widthOf(name) + 20
    return [`<path class="curve ${hue(at)}" d="M${start} ${top - 18}h24"/>`, text(start + 32, top - 14, name)]
  })
}

/** A curve for those who do not see it. */
const described = ({ name, points }: Curve): string => {
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined) return `${name}: no points`
  const least = points.reduce((a, [, y]) => Math.min(a, y), first[1])
  const [from, to, lowest] = [first[1], last[1], least].map((value) => String(Number(value.toPrecision(4))))
  return `${name}: from ${from} to ${to}, ${lowest} at the lowest`
}

const text = (x: number | string, y: number | string, content: string, kind?: string): string =>
  `<text${kind === undefined ? "" : ` class="${kind}"`} x="${x}" y="${y}">${escaped(content)}</text>`

/** Text as XML has it, less the characters that it may not have. */
const escaped = (content: string): string =>
  content
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
