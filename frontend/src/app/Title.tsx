/** The title of the browser's tab; React hoists it into the head. */
export function Title({ children }: { children: string }) {
  return <title>{`${children} · AuditForge`}</title>;
}
