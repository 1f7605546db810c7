interface Stack {
  add(
    middleware: (
      next: (args: { request: unknown }) => Promise<never>,
    ) => (args: { request: unknown }) => Promise<never>,
    options: { step: 'finalizeRequest'; priority: 'low' },
  ): void;
}

/** The same client, which calls itself something else: a user agent is what the caller wrote. */
export function calling<Client extends { readonly middlewareStack: object }>(
  client: Client,
  agent: string,
): Client {
  const stack = client.middlewareStack as Stack;
  stack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['user-agent'] = agent;
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}
