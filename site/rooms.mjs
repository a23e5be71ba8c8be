// A plugin of TypeDoc: the reference is arranged as the library is. Modules have the names by which they are imported, and what
// they export stands under the folder of src that defines it.
import { Application, CommentTag, Converter } from 'typedoc';

const MODULES = {
  src: 'convscope',
  'src/importers': 'convscope/importers',
  'src/views': 'convscope/views',
  'src/node': 'convscope/node',
  'train/world': 'convscope/world',
};

/** The folders of src in the order of reading, each with its heading. A folder that is not here stands under its own name. */
const ROOMS = {
  methods: 'Methods',
  synthesize: 'Synthesize',
  scan: 'Scan',
  attribute: 'Attribute',
  scene: 'Scene',
  parts: 'Parts',
  objectives: 'Objectives',
  params: 'Parameterizations',
  transforms: 'Transforms',
  regularize: 'Regularizers',
  optim: 'Update rules',
  autodiff: 'Gradients',
  graph: 'Model, tape and plan',
  kernels: 'Layers',
  gpu: 'Device and kernels',
  core: 'Shapes, errors and random numbers',
  importers: 'Importers',
  views: 'Views',
  node: 'Node',
};

export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    app.options.setValue('categoryOrder', [...Object.values(ROOMS), '*']);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const folder = module.name;
      module.name = MODULES[folder] ?? folder;
      for (const reflection of module.children ?? []) categorize(reflection, folder);
    }
  });
}

/** Gives a reflection, or where it is a function its signatures, the category of the folder that it is defined in. */
function categorize(reflection, module) {
  const file = reflection.sources?.[0]?.fullFileName ?? reflection.signatures?.[0]?.sources?.[0]?.fullFileName ?? '';
  const room = /\/src\/(\w+)\//.exec(file.split('\\').join('/'))?.[1];
  if (module !== 'src' || room === undefined) return;
  const heading = ROOMS[room] ?? room;
  // Without a comment it stays without: to give it one would hide from TypeDoc that it lacks a docstring.
  for (const { comment } of reflection.signatures ?? [reflection]) {
    comment?.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: heading }]));
  }
}
