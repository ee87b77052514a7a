const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From now on the first signal that asks the process to end only tells so by `stop`, and the second one ends
 * it. Takes the listeners of the service away, which would close it in the middle of a run.
 */
export function stopOnSignals(stop: AbortController): void {
  const onSignal = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
    stop.abort();
  };
  for (const signal of SIGNALS) process.removeAllListeners(signal).on(signal, onSignal);
}
