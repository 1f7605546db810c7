// Runs a program of JavaScript on a Node.js that suits it: `node bin/run.js FILE [ARGUMENT]…`.
import { resolve } from 'path';
import { pathToFileURL } from 'url';
import { onSuitedNode } from './check-node.js';

onSuitedNode(process.argv[1], process.argv.slice(2), function () {
  var file = resolve(process.argv[2]);
  process.argv.splice(1, 2, file);
  void import(pathToFileURL(file).href);
});
