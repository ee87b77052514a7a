import { useRef, useState, type FormEvent } from 'react';
import { readToken } from './read-token.js';
import { signInWords } from './sign-in-words.js';
import { Title } from './Title.js';

interface Props {
  why: string | null;
  onSignIn: (token: string) => Promise<void>;
}

/** A session token is pasted once and exchanged for a cookie that no script can read. It is kept nowhere else. */
export function SignIn({ why, onSignIn }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const fail = (words: string) => {
    setError(words);
    field.current?.focus();
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || field.current === null) return;
    const read = readToken(field.current.value);
    if ('problem' in read) return fail(read.problem);
    setBusy(true);
    setError(null);
    try {
      await onSignIn(read.token);
    } catch (failure) {
      fail(signInWords(failure));
    }
    setBusy(false);
    return undefined;
  };

  return (
    <main className="page">
      <Title>Sign in</Title>
      <form className="card narrow" onSubmit={(event) => void submit(event)} noValidate>
        <h1>Sign in</h1>
        {why !== null && (
          <p className="why" role="status">
            {why}
          </p>
        )}
        <label htmlFor="token">Session token</label>
        <div className="token">
          <input
            ref={field}
            id="token"
            className="af-field"
            type={shown ? 'text' : 'password'}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            aria-describedby={error === null ? 'token-help' : 'token-error token-help'}
            aria-invalid={error !== null}
          />
          <button
            type="button"
            className="af-button"
            aria-pressed={shown}
            aria-label="Show token"
            onClick={() => setShown(!shown)}
          >
            {shown ? 'Hide' : 'Show'}
          </button>
        </div>
        {error !== null && (
          <p id="token-error" className="error" role="alert">
            {error}
          </p>
        )}
        <p id="token-help" className="help">
          A long line of letters and digits that the audit platform, or whoever runs it, gives you for one or
          more engagements. Paste it once: this browser then stays signed in until the token ends, and the
          token itself is not kept.
        </p>
        <button type="submit" className="af-button af-primary" aria-busy={busy} aria-disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
