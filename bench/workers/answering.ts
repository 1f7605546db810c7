/** Answers each question of the bench in order; what it throws ends this process, which the bench notices. */
export function answering(answer: (question: never) => Promise<unknown>): void {
  let last: Promise<unknown> = Promise.resolve();
  process.on('message', (question) => {
    last = last.then(async () => process.send?.(await answer(question as never)));
  });
  process.once('disconnect', () => process.exit(0));
}
