import { backendLayer } from "../backend.ts"
import type { Configuration } from "../configuration/configuration.ts"

/** The backend that a configuration asks for. */
export const backendOf = ({ backend: { name, threads } }: Configuration) => backendLayer({ backend: name, threads })
