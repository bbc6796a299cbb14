/** The metrics that are single numbers, behind a loss: `, accuracy 0.9876`. */
export const metricsText = (metrics: Readonly<Record<string, unknown>>): string =>
  Object.entries(metrics)
    .flatMap(([name, value]) => (typeof value === "number" ? [`, ${name} ${value.toFixed(4)}`] : []))
    .join("")
