/** A word of a shell, quoted when it must be; a name from outside ends no line and starts no command. */
export function shellWord(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return /^[\w+=,.@-]+$/.test(line) && !line.startsWith('-') ? line : `'${line.replaceAll("'", `'\\''`)}'`;
}
