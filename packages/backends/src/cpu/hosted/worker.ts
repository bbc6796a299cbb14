// What the worker that a device lives in runs. It is started by connection.ts.

import { parentOf } from "../thread/threadEngine.ts"
import type { FromHost, ToHost } from "./message.ts"
import { serveDevice } from "./serveDevice.ts"

const parent = parentOf<ToHost, FromHost>()
parent.listen(serveDevice(parent.post))
