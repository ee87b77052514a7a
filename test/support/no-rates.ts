/** What no limit of requests is to be in the way of. */
export const NO_RATES = {
  AUDITFORGE_RATE_SIGNED_URL: '0',
  AUDITFORGE_RATE_STREAM: '0',
  AUDITFORGE_RATE_READ: '0',
  AUDITFORGE_RATE_ADMIN: '0',
};
