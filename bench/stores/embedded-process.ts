import { EmbeddedS3 } from '../../src/embedded-s3/embedded-s3.js';

const [dir, accessKeyId, secretAccessKey] = process.argv.slice(2) as [string, string, string];
// Without the process that measures, there is no one to stop it.
process.on('disconnect', () => process.exit(0));
const store = await EmbeddedS3.start({ dir, accessKeyId, secretAccessKey });
process.send?.(store.endpoint);
