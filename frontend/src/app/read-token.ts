/** The token out of what was pasted: often with spaces around it, or with the `Bearer` of a header before it. */
export function readToken(pasted: string): { token: string } | { problem: string } {
  const token = pasted.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');
  if (token === '') return { problem: 'Paste your session token first.' };
  // More than visible ASCII cannot be sent in a header.
  if (!/^[\x21-\x7e]+$/.test(token))
    return { problem: 'This is not a session token: it holds spaces or characters that no token has.' };
  return { token };
}
