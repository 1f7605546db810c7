import { jsonService } from '../json-service.ts';
import { readingOperations } from './reading.ts';
import { writingOperations } from './writing.ts';

/** Secrets Manager, by account and region. */
export const secretsManager = jsonService({
  name: 'secretsmanager',
  target: 'secretsmanager',
  operations: [...readingOperations, ...writingOperations],
  secret: { leftOut: ['SecretString', 'SecretBinary'] },
});
