// Pictures of which a part is hidden behind a baseline.

/** `into = baseline + mask · (image − baseline)`, channel by channel: 1 shows the picture, 0 hides it. */
export function hide(into: Float32Array, image: Float32Array, baseline: Float32Array, mask: ArrayLike<number>): void {
  const plane = mask.length;
  for (let i = 0; i < into.length; i++) into[i] = baseline[i] + mask[i % plane] * (image[i] - baseline[i]);
}
