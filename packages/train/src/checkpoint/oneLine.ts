import type * as Schema from "effect/Schema"

/** What a schema found, on one line. */
export const oneLine = ({ message }: Schema.SchemaError): string => message.replaceAll(/\s*\n\s*/g, " ")
