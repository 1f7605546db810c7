// The first thing every entry loads. Plain JavaScript that Node.js 12 can read, so that an unsuited Node.js is named
// by the first line, before a native module or a .ts file fails in words of its own.

import { spawn } from 'child_process';
import { existsSync } from 'fs';
import { constants } from 'os';
import { delimiter, dirname } from 'path';
import { fileURLToPath } from 'url';

/**
 * True when this Node.js runs TypeScript as it is and what Rekey depends on: 22.19, 23.6 and everything from 24 on.
 * @param {string} version
 */
export function isSuitedNode(version) {
  var parts = version.split('.').map(Number);
  var major = parts[0] || 0;
  var minor = parts[1] || 0;
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 19);
}

/**
 * The Node.js 24 that npm installed with Rekey (Linux only), or null. npm 10 does not put it on the PATH of scripts,
 * so it is looked for where it lies.
 */
export function bundledNode() {
  var path = fileURLToPath(
    new URL('../node_modules/node-' + process.platform + '-' + process.arch + '/bin/node', import.meta.url),
  );
  return existsSync(path) ? path : null;
}

/**
 * Runs `run` here when this Node.js is suited; else runs `file` with `args` on the bundled one and ends as it ends;
 * else says what to install.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {() => void} run
 */
export function onSuitedNode(file, args, run) {
  if (isSuitedNode(process.versions.node)) return run();
  var node = bundledNode();
  if (node !== null) return hop(node, process.execArgv.filter(isAboutMemory).concat([file], args));
  process.stderr.write(
    'rekey: this is Node.js ' +
      process.versions.node +
      '; Rekey needs Node.js 24, or 22.19 or newer.\n' +
      'hint: on Linux "npm ci" brings Node.js 24 along; elsewhere install Node.js 24.\n',
  );
  process.exitCode = 1;
}

/**
 * True for what Node.js was told about its memory: any version understands it, which is not so for other options.
 * @param {string} option
 */
function isAboutMemory(option) {
  return /^--(?:(?:max-semi-space-size|max-old-space-size|heap-growing-percent)=|(?:no-separate-gc-phases|no-allocation-site-pretenuring|single-threaded-gc)$)/.test(
    option,
  );
}

function hop(node, args) {
  var path = dirname(node) + delimiter + (process.env.PATH || '');
  var child = spawn(node, args, { stdio: 'inherit', env: Object.assign({}, process.env, { PATH: path }) });
  var signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  signals.forEach(function (signal) {
    process.on(signal, function () {
      // A terminal sends Ctrl-C to both of us; passed on, it would arrive twice.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  });
  child.on('error', function (error) {
    process.stderr.write('rekey: the Node.js that came with it cannot be run: ' + error.message + '\n');
    process.stderr.write('hint: install Node.js 24 and use that.\n');
    process.exitCode = 1;
  });
  child.on('exit', function (code, signal) {
    process.exitCode = code === null ? 128 + (constants.signals[signal] || 0) : code;
  });
}
