/** What the page has to say. A reference at its end is kept in one line where there is room. */
export function Told({ text }: { text: string }) {
  const [, words, reference] = /^(.* )Reference: (\S+)$/s.exec(text) ?? [];
  if (reference === undefined) return text;
  return (
    <>
      {words}
      <span className="af-reference">
        Reference: <span className="af-reference">{reference}</span>
      </span>
    </>
  );
}
