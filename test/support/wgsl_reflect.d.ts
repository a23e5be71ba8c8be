// wgsl_reflect's ES module, which its package.json does not name, with the types of the package.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
