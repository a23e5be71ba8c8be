// The functions of the trigonometry layer: their numbers in the shaders, and their float64 implementation.

/** In the order of the shaders' FUNCTION. */
export const FUNCTIONS = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
} as const;

export type FunctionName = keyof typeof FUNCTIONS;

export const functionNumber = (name: FunctionName): number => Object.keys(FUNCTIONS).indexOf(name);
