import manifest from '../package.json' with { type: 'json' };

/** Rekey's version, as package.json has it; part of our user agent. */
export const VERSION: string = manifest.version;
