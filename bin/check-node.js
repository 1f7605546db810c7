// Plain JavaScript that every old Node can read: it runs before anything native or TypeScript is loaded.
var wanted = [22, 18];
var have = process.versions.node.split('.').map(Number);

if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  process.stderr.write(
    'rekey: this is Node.js ' +
      process.versions.node +
      '; Rekey needs Node.js 22.18 or newer (24 is best).\n' +
      'hint: run it through npm ("npm start", "npm run sandbox"): on Linux "npm ci" brings Node.js 24 along. ' +
      'Elsewhere install Node.js 24.\n',
  );
  process.exit(1);
}
