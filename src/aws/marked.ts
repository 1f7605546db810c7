/** What marking a command needs of its middleware stack. */
interface Stack {
  add(
    middleware: (
      next: (args: never) => Promise<never>,
      context: { userAgent?: [string, string?][] },
    ) => (args: never) => Promise<never>,
    options: { step: 'initialize'; name: string },
  ): void;
}

/**
 * The same command, whose user agent also says what it is for, as `kind/id`: CloudTrail shows that beside the call, and
 * nobody else can know the id before.
 */
export function marked<Command extends { readonly middlewareStack: object }>(
  command: Command,
  kind: 'act' | 'rotation',
  id: string,
): Command {
  const stack = command.middlewareStack as Stack;
  stack.add(
    (next, context) => (args) => {
      context.userAgent = [...(context.userAgent ?? []), [kind, id]];
      return next(args);
    },
    { step: 'initialize', name: 'rekeyMarkCommand' },
  );
  return command;
}
