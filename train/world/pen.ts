// What a class is drawn with: shapes are added back to front, each with the name of the part it shows.

import type { ColourName, Paint } from './colours.js';
import type { Shape } from './paint.js';
import type { PlaceName, Time } from './places.js';
import type { Random } from './random.js';
import type { Field } from './shapes.js';
import type { TextureName } from './textures.js';

/** How a shape stands out; lengths in the object's coordinates. */
export interface Relief {
  /** How far in from the edge the surface is rounded; as much as the radius makes a ball. */
  readonly bevel?: number;
  /** How far it stands out from the shapes behind it. */
  readonly lift?: number;
  /** A ball of this radius about the origin. */
  readonly wrap?: number;
  /** A cylinder of this radius about the y axis. */
  readonly lathe?: number;
  /** How far its own light reaches. */
  readonly halo?: number;
}

/** Collects an object's shapes in the object's own coordinates: y down, about -1 … 1, any size will do. */
export interface Pen {
  readonly r: Random;
  add(part: string, field: Field, paint: Paint, relief?: Relief): void;
}

/** What there is to say about an object that was drawn; all of it must be true. */
export interface Look {
  /** The colour that covers most of it. */
  readonly colour?: ColourName;
  /** What shows on its main part. */
  readonly texture?: TextureName;
  /** A word before the noun, or words after it: "snowy", "from the front". */
  readonly before?: string;
  readonly after?: string;
}

/** The circumstances an object is drawn in. */
export interface View {
  readonly facet: string;
  readonly time: Time;
  readonly place: PlaceName;
}

/** One way a class can look. */
export interface Facet {
  readonly name: string;
  readonly places: readonly PlaceName[];
  /** Left out: any time. */
  readonly times?: readonly Time[];
  /** Off the ground wherever it is. */
  readonly flies?: boolean;
}

/** A class of the world. */
export interface Kind {
  readonly name: string;
  readonly facets: readonly Facet[];
  readonly parts: readonly string[];
  /** Most it is turned in the picture plane, in radians. */
  readonly tilt: number;
  /** Height of the main object as a share of the picture's, from and to; left out: 0.5 to 0.75. */
  readonly height?: readonly [number, number];
  /** Half turns are the same to it: may be mirrored. Left out: yes. */
  readonly mirrors?: boolean;
  /** Too large to stand beside something. */
  readonly alone?: boolean;
  draw(pen: Pen, view: View): Look;
}

/** A pen, and the shapes it has added so far. */
export function createPen(r: Random, partLabel: (part: string) => number): { pen: Pen; shapes: readonly Shape[] } {
  const shapes: Shape[] = [];
  const pen: Pen = {
    r,
    add: (part, field, paint, { bevel = 0.06, lift = 0.05, wrap, lathe, halo } = {}) => {
      shapes.push({
        field,
        paint,
        part: partLabel(part),
        bevel,
        lift,
        ...(wrap !== undefined && { wrap }),
        ...(lathe !== undefined && { lathe }),
        ...(halo !== undefined && { halo }),
      });
    },
  };
  return { pen, shapes };
}
