// Parts and their fields in words, for help texts and tables.
import { type Field, rangeOf } from './fields.js';

/** What values a field takes, and what it is where nothing is said: `number from 0 to 1; default 0`. */
export function valuesOf(field: Field): string {
  const kind = kindOf(field);
  if (field.optional) return `${kind}; optional`;
  if (!('default' in field) || field.default === undefined) return kind;
  return `${kind}; default ${Array.isArray(field.default) ? field.default.join(',') : field.default}`;
}

function kindOf(field: Field): string {
  switch (field.type) {
    case 'number': {
      const noun = field.whole ? 'whole number' : 'number';
      return `${noun}${rangeOf(field)}${field.unit ? ` (${field.unit})` : ''}`;
    }
    case 'choice':
      return field.of.join(', ');
    case 'numbers':
      return `${field.length ?? 'list of'} numbers`;
    case 'parts':
      return `list of parts: ${field.kind}`;
    default:
      return 'text';
  }
}

/** What a field is for, and where it comes from: `L2 decay per step (θ_decay)`. */
export const purposeOf = ({ text, source }: Field): string => (source ? `${text} (${source})` : text);
