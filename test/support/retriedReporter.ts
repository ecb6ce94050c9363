import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase } from 'vitest/node';

/** Tells why a test that passed in the end had failed before: a retry without a reason hides a fault that comes now and then. */
export default class RetriedReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state !== 'passed' || !errors || errors.length === 0) return;
    const reasons = errors.map(({ stack, message, diff = '' }) =>
      indented(stripVTControlCharacters(`${stack ?? message}\n${diff}`).trimEnd()),
    );
    process.stdout.write(`needed a retry: ${test.module.relativeModuleId} > ${test.fullName}\n${reasons.join('\n')}\n`);
  }
}

/** Frames of the test runner tell nothing. */
function indented(text: string): string {
  const lines = text.split('\n').filter((line) => !/node_modules\/(vitest|@vitest)\//.test(line));
  return lines.map((line) => `    ${line}`).join('\n');
}
