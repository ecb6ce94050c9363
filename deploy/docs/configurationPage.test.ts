import { expect, it } from 'vitest';
import { configurationPage } from './configurationPage.ts';

it('documents every setting with its default', async () => {
  await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md');
});
