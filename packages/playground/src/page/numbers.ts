const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** A count: `4,000`. */
export const count = (value: number): string => whole.format(value)

/** A speed or a time with as many places as it needs: `0.4`, `17.2`, `1,240`. */
export const measure = (value: number): string => (value < 100 ? tenths : whole).format(value)

/** A loss: `2.053`. */
export const loss = (value: number): string => value.toFixed(value < 10 ? 3 : 1)

/** A share as a percentage: `97.4%`. */
export const percent = (value: number): string => `${tenths.format(100 * value)}%`
