import { stringify } from "yaml"
import type { Configuration } from "./configuration.ts"

/** A configuration as YAML, or as a line of JSON, which says the same when it is read. */
export const printConfiguration = (configuration: Configuration, json: boolean): string =>
  json ? `${JSON.stringify(configuration)}\n` : stringify(configuration, { lineWidth: 0 })
