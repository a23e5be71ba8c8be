// Formats bytes and times.

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

/** `4.9 MB`, in powers of 1000 as files are listed. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // Values from 999.5 on would be rounded to 1000.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `40 s`, `3 min`. */
export function timeText(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
