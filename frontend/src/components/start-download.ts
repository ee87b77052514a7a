/**
 * Has the browser's own download manager fetch an address. By a link with `download`, since with it an error that comes
 * after all does not replace the page.
 */
export function startDownload(href: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = '';
  link.rel = 'noreferrer';
  link.click();
}
