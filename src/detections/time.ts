/** CloudTrail began in 2013. What says it is older, or from the next century, says nothing. */
const EARLIEST = Date.UTC(2013, 0);
const LATEST = Date.UTC(2100, 0);
/** What may follow the seconds: fractions, and a zone that is UTC. */
const REST = /^(?:\.\d{1,9})?(?:Z|\+00:00)?$/;
const DAY = 86_400_000;

let lastText = '';
let lastTime: number | null = null;
let lastDay = '';
let lastMidnight = 0;

/** The time a record gives, in ms, to the second; null when it cannot be read. Records of one second come together. */
export function parseTime(text: string): number | null {
  if (text !== lastText) {
    lastTime = read(text);
    lastText = text;
  }
  return lastTime;
}

/** `2026-03-02T09:00:00Z`, or with a space in the middle. */
function read(text: string): number | null {
  if (text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a) return null;
  const middle = text.charCodeAt(10);
  if (middle !== 0x54 && middle !== 0x20) return null;
  if (text.length !== 20 || text.charCodeAt(19) !== 0x5a) {
    if (!REST.test(text.slice(19))) return null;
  }
  const day = text.slice(0, 10);
  if (day !== lastDay) {
    lastMidnight = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
    lastDay = day;
  }
  const [hour, minute, second] = [two(text, 11), two(text, 14), two(text, 17)];
  if (hour > 23 || minute > 59 || second > 60) return null;
  const time = lastMidnight + ((hour * 60 + minute) * 60 + second) * 1_000;
  // Comparisons with NaN are false.
  return time >= EARLIEST && time < LATEST && lastMidnight % DAY === 0 ? time : null;
}

function two(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 0x30, text.charCodeAt(at + 1) - 0x30];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 99;
}
