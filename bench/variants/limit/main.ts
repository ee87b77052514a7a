import { exportKey, serve } from '../serve.js';
import { readSettings, shardPrefix } from '../settings.js';
import { LogReader } from './log-reader.js';
import { s3Http } from './s3-http.js';
import { writeObject } from './write-object.js';
import { writeResponse } from './write-response.js';

/** How fast plain Node can do it: no SDK, no hash, no check, no count, and a link that is not signed. */
const { access, bucket } = readSettings();
const s3 = s3Http(access);

await serve({
  signedUrl: async (engagementId) => {
    const key = exportKey(engagementId);
    const log = new LogReader(s3, bucket, shardPrefix(engagementId));
    const size = await writeObject(s3, `/${bucket}/${key}`, log);
    return { signed_url: `${access.endpoint}/${bucket}/${key}`, s3_key: key, size_bytes: size };
  },
  stream: (engagementId, response) =>
    writeResponse(response, new LogReader(s3, bucket, shardPrefix(engagementId))),
});
