// What an example says about itself in its meta.ts, for the index page and the tests.
export interface ExampleMeta {
  readonly title: string;
  /** The one idea that it shows, in a sentence. */
  readonly idea: string;
  /** The published figure that its picture corresponds to, as in `Yosinski et al. 2015, figure 2`. */
  readonly figure?: string;
  /** Position in the list, 0 first. Examples without one come last. */
  readonly place?: number;
}
