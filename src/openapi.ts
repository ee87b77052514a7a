import { SECURE_COOKIE } from './audit-forge/auth/session-cookie.js';
import { openApiDocument } from './audit-forge/openapi/openapi-document.js';
import { readEnvironment } from './config/environment.js';
import { createApp } from './create-app.js';
import { VERSION } from './audit-forge/version.js';

/** The OpenAPI document of the service, without a store or a port. */
export async function serviceDocument(): Promise<object> {
  const settings = readEnvironment({
    AUDITFORGE_SHARED_BUCKET: 'metis-shared',
    AUDITFORGE_SESSION_JWKS_URL: 'https://sessions.example.com/jwks.json',
  });
  const app = await createApp(settings, { logLevel: 'silent' });
  try {
    return openApiDocument(app, VERSION, SECURE_COOKIE);
  } finally {
    await app.close();
  }
}
