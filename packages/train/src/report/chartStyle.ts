/** Pairs of colours, each for a light and for a dark ground, that stand out from it by 4.5 to 1 and from one another. */
const hues: ReadonlyArray<{ readonly light: string; readonly dark: string; readonly dashes?: string }> = [
  { light: "#2563eb", dark: "#7aa8ff" },
  { light: "#b8420c", dark: "#ffa066" },
  { light: "#15803d", dark: "#6fdc97", dashes: "6 3" },
  { light: "#8b2fc9", dark: "#d0a2ff", dashes: "2 3" }
]

const coloursOf = (ground: "light" | "dark", shades: Readonly<Record<"ground" | "ink" | "faint", string>>): string =>
  [
    `.ground{fill:${shades.ground}}`,
    `text{fill:${shades.ink}}`,
    `.axis,.tick{stroke:${shades.ink}}`,
    `.grid{stroke:${shades.faint}}`,
    ...hues.map((hue, at) => `.hue${at}{stroke:${hue[ground]}}`),
    ...hues.map((hue, at) => `.mark.hue${at}{fill:${hue[ground]}}`)
  ].join("")

/** The style sheet of a chart: readable on a light ground, and on a dark one where that is preferred. */
export const chartStyle: string = [
  "text{font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}",
  ".title{font-size:15px;font-weight:600}",
  ".middle{text-anchor:middle}.end{text-anchor:end}",
  ".axis,.tick,.grid{fill:none}",
  ".curve{fill:none;stroke-width:1.75;stroke-linejoin:round}.mark{stroke:none}",
  ...hues.map(({ dashes }, at) => (dashes === undefined ? "" : `.curve.hue${at}{stroke-dasharray:${dashes}}`)),
  coloursOf("light", { ground: "#ffffff", ink: "#3b4048", faint: "#e2e5e9" }),
  `@media (prefers-color-scheme:dark){${coloursOf("dark", { ground: "#0f1318", ink: "#c3c9d1", faint: "#2b3138" })}}`
].join("")
