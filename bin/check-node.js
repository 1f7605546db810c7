// The first thing every entry loads. Plain JavaScript that Node.js 12 can read, with no imports, so that an unsuited
// Node.js is named by the first line, before a native module or a .ts file fails in words of its own.

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

export var nodeIsSuited = isSuitedNode(process.versions.node);

if (!nodeIsSuited) {
  process.stderr.write(
    'rekey: this is Node.js ' +
      process.versions.node +
      '; Rekey needs Node.js 24, or 22.19 or newer.\n' +
      'hint: start it through npm ("npm start", "npm run sandbox"): on Linux "npm ci" brings Node.js 24 along; ' +
      'elsewhere install Node.js 24.\n',
  );
  process.exitCode = 1;
}
