/** The library's version, as package.json has it: what recipes are stamped with. */
export const VERSION = '0.1.0';
