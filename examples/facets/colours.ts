// Colours of facets, which also those who see few colours tell apart (Okabe & Ito 2008).

const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];

/** The colour of a facet by its number, from 0. */
export const colourOf = (facet: number): string => COLOURS[facet % COLOURS.length];
