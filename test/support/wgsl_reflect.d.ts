// wgsl_reflect's ES module, which its package.json does not export, with the package's types.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
