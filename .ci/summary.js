// Prints what failed, then "N passed, N failed" over the JSON reports of vitest named as arguments; ends with 1
// unless all passed. A report that is missing counts as a failure, and so does a test file that could not be loaded.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const MOST_LINES = 12;
let passed = 0;
let failed = 0;

/** Names one failure with the first lines of its message: the end of a log is what is read, or kept, of it. */
function tell(file, test, message = '') {
  const lines = message.trim().split('\n').slice(0, MOST_LINES);
  const text = lines.map((line) => `    ${line.slice(0, 300)}\n`).join('');
  process.stdout.write(
    `failed: ${relative(process.cwd(), file ?? '')}${test === '' ? '' : ` > ${test}`}\n${text}`,
  );
}

for (const path of process.argv.slice(2)) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    process.stderr.write(`no results in ${path}: ${error.code ?? error.name}\n`);
    failed += 1;
    continue;
  }
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const file of report.testResults) {
    const failedTests = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failedTests) tell(file.name, test.fullName, test.failureMessages?.join('\n'));
    if (file.status === 'failed' && failedTests.length === 0) {
      tell(file.name, '', file.message);
      failed += 1;
    }
  }
}

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
