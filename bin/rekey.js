#!/usr/bin/env node
// Static imports run first and in order: no other may be added here. No top-level await, for old readers.
import { onSuitedNode } from './check-node.js';

onSuitedNode(process.argv[1], process.argv.slice(2), function () {
  void import('../src/cli.ts')
    .then((cli) => cli.runCli(process.argv.slice(2), process.env))
    .catch((error) => {
      process.stderr.write(
        'rekey: it could not be loaded: ' + error.message + '\nhint: run npm ci, then try again.\n',
      );
      return 1;
    })
    .then((exitCode) => (process.exitCode = exitCode));
});
