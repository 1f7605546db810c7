import { el } from './dom.ts';

/** A button that puts a text on the clipboard and says so; `about` tells it from others of the same words. */
export function copyButton(label: string, read: () => string, about?: string): HTMLButtonElement {
  const button = el(
    'button',
    { class: 'copy', attributes: { type: 'button', 'aria-description': about } },
    label,
  );
  let timer: number | undefined;
  button.addEventListener('click', () => {
    void say();
  });
  async function say(): Promise<void> {
    // The words change, the place of what stands beside it does not.
    button.style.minWidth = `${button.offsetWidth}px`;
    button.textContent = (await copy(read())) ? 'Copied' : 'Not copied';
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
    }, 1500);
  }
  return button;
}

async function copy(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    // Refused by the browser's settings: the old way needs no permission.
    const area = el('textarea', { class: 'off-screen' });
    area.value = words;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
