let isAsked = false;

/** A reader of standard output that has seen enough (`| head`) ends the printing; that is no failure. */
export function endWithReader(): void {
  if (isAsked) return;
  isAsked = true;
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
