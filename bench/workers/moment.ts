/** The same clock in every process of this machine; ms since 1970, with fractions. */
export function moment(): number {
  return performance.timeOrigin + performance.now();
}
