import { ConfigurableModuleBuilder, type Provider } from '@nestjs/common';
import type { AuditForgeOptions } from './audit-forge.options.js';

export interface AuditForgeModuleExtras {
  /** The host's own EngagementStore, SessionVerifier, Clock or S3ClientFactory, as Nest providers. */
  bindings?: Provider[];
  isGlobal?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<
  Partial<AuditForgeOptions>
>({ moduleName: 'AuditForge' })
  .setClassMethodName('forRoot')
  .setExtras<AuditForgeModuleExtras>(
    { bindings: [], isGlobal: false },
    (definition, { bindings, isGlobal }) => ({
      ...definition,
      global: isGlobal ?? false,
      providers: [...(definition.providers ?? []), ...(bindings ?? [])],
    }),
  )
  .build();
