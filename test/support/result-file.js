/**
 * A jest reporter that keeps the counts of the last run in node_modules/.cache/test-result.json, for .ci/run. Plain
 * JavaScript, because jest loads reporters without its transforms.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const RESULT = path.resolve(__dirname, '../../node_modules/.cache/test-result.json');

module.exports = class ResultFile {
  onRunStart() {
    fs.rmSync(RESULT, { force: true });
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }) {
    fs.mkdirSync(path.dirname(RESULT), { recursive: true });
    fs.writeFileSync(RESULT, JSON.stringify({ numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }));
  }
};
