import theme from 'vitepress/theme';
import { h } from 'vue';
import stem from '../../../docs/images/attribution-mini-caffenet-conv5-36-guided.png';
import flamingo from '../../../docs/images/googlenet_flamingo.png';
import ostrich from '../../../docs/images/googlenet_ostrich.png';
import mushrooms from '../../../docs/images/top-mini-caffenet-conv5-36.png';
import './style.css';

/** The pictures beside the title, each with what it is and the page that explains it. */
const PICTURES = [
  { src: flamingo, caption: 'what GoogLeNet’s flamingo unit responds to most', page: 'activation-maximization' },
  { src: ostrich, caption: 'the same of its ostrich unit', page: 'activation-maximization' },
  { src: mushrooms, caption: 'top images of a unit of mini-caffenet', page: 'top-images' },
  { src: stem, caption: 'what in them it responds to', page: 'attribution' },
];

const figure = ({ src, caption, page }) =>
  h('a', { href: `${import.meta.env.BASE_URL}docs/methods/${page}.html` }, [
    h('figure', [h('img', { src, alt: caption }), h('figcaption', caption)]),
  ]);

export default {
  extends: theme,
  Layout: () =>
    h(theme.Layout, null, { 'home-hero-image': () => h('div', { class: 'gallery' }, PICTURES.map(figure)) }),
};
