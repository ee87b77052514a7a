import type { MouseEvent } from 'react';

interface Props {
  href: string;
  /** Without the cookie the address itself opens nothing, so that a modified click too goes by a link. */
  everyClick: boolean;
  busy: boolean;
  onDownload: () => void;
}

/** An ordinary link to the log. A plain click asks first, so that an error is told here; other clicks are the browser's. */
export function AuditLogLink({ href, everyClick, busy, onDownload }: Props) {
  const download = (event: MouseEvent) => {
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!plain && !everyClick) return;
    event.preventDefault();
    onDownload();
  };
  return (
    <a
      className="af-button af-primary"
      href={href}
      download
      aria-busy={busy}
      onClick={download}
      onAuxClick={(event) => {
        if (everyClick && event.button === 1) download(event);
      }}
    >
      Audit log
    </a>
  );
}
