import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AuditForgeModule } from '../audit-forge.module.js';
import { SECURITY } from './security.js';

const DESCRIPTION = `Hands over the whole audit log of one engagement, byte for byte.

- A parameter that is not known, repeated or misspelt is refused, never passed over.
- Every error is \`application/problem+json\` (RFC 9457) with a \`code\` that stays the same, and a \`detail\` that says what would be right.
- Every answer carries \`X-Request-Id\`, and \`Cache-Control: no-store\`. HEAD answers wherever GET does, and OPTIONS everywhere.`;

/** The OpenAPI 3.1 document of the routes, made from their decorators. */
export function openApiDocument(app: INestApplication, version: string, cookieName: string): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('AuditForge audit-log export')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .addServer('/')
    .addTag('Audit log', 'The log of one engagement, as a stream or as a link.')
    .addTag('Exports', 'Exports that outlive the request, and the history of all.')
    .addTag('Engagements', 'What the log is of.')
    .addTag('Session', 'Signing in, for pages.')
    .addSecurity(SECURITY.admin, {
      type: 'apiKey',
      in: 'header',
      name: 'x-admin-token',
      description: 'The platform admin: every engagement.',
    })
    .addSecurity(SECURITY.session, {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A session token: the engagements that its `scope` names.',
    })
    .addSecurity(SECURITY.cookie, {
      type: 'apiKey',
      in: 'cookie',
      name: cookieName,
      description: 'A session token as a cookie, from pages of this service alone.',
    })
    .build();
  return SwaggerModule.createDocument(app, base, { include: [AuditForgeModule] });
}
