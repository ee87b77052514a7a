import { useEffect, useRef, useState, type KeyboardEvent } from 'react';

/** A menu button as the ARIA Authoring Practices describe it: arrows, Home, End, Escape, Tab, a click elsewhere. */
export function useMenu() {
  const [open, setOpen] = useState(false);
  const buttonRef = useRef<HTMLButtonElement>(null);
  const menuRef = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    itemsOf(menuRef.current)[0]?.focus();
    const onPointerDown = ({ target }: PointerEvent) => {
      const inside = [menuRef, buttonRef].some(({ current }) => current?.contains(target as Node));
      if (!inside) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [open]);

  const close = () => {
    setOpen(false);
    buttonRef.current?.focus();
  };

  const onMenuKey = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return setOpen(false);
    if (event.key === 'Escape') close();
    else if (!moveFocus(itemsOf(menuRef.current), event.key)) return undefined;
    // Escape closes the menu and no more: it must not cancel the export as well.
    event.preventDefault();
    return undefined;
  };

  const onButtonKey = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    setOpen(true);
  };

  return {
    open,
    close,
    button: {
      ref: buttonRef,
      'aria-haspopup': 'menu' as const,
      'aria-expanded': open,
      onClick: () => setOpen(!open),
      onKeyDown: onButtonKey,
    },
    menu: { ref: menuRef, onKeyDown: onMenuKey },
  };
}

function moveFocus(items: HTMLElement[], key: string): boolean {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  if (to === undefined) return false;
  items.at(to % items.length)?.focus();
  return true;
}

const itemsOf = (menu: HTMLElement | null) => [
  ...(menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []),
];
