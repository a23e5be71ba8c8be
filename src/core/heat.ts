// How maps of attribution are coloured, on the host and on the device.

/** What speaks for the target, and what speaks against it: the ends of ColorBrewer's RdBu. */
export const FOR = [178, 24, 43] as const;
export const AGAINST = [33, 102, 172] as const;
/** Share of the places that keep their own colour; the strongest ones share the last, so that one of them does not dim all others. */
export const UNCLIPPED = 0.998;
