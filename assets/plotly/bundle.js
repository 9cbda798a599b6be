// What plotly.min.js is made of: Plotly.js with the traces that the studio's figures have, scatter (part of the core) and
// heatmap. The whole library is four times as large and takes ten times as long to load. To make it anew:
//   npm install --no-save plotly.js@4.1.1 esbuild@0.28.2
//   npx esbuild bundle.js --bundle --minify --format=iife --global-name=Plotly --target=es2020 --legal-comments=eof
//     --define:global=window --define:define.amd=false --loader:.css=empty --outfile=plotly.min.js
//     --banner:js="/*! plotly.js v4.1.1 (scatter, heatmap) | (c) 2012-2026 Plotly, Inc. | MIT license | made by bundle.js */"
const Plotly = require('plotly.js/lib/core');
Plotly.register([require('plotly.js/lib/heatmap')]);
module.exports = Plotly;
