import { Ellipsis, type IconNode } from "lucide";
import { useId, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "./button";
import { classes } from "./classes";
import { Icon } from "./icon";
import "./menu.css";
import { nextItem, placeBelow } from "./menu-keys";

/** One action of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconNode;
  danger?: boolean;
  /** For a choice among several: whether this one is chosen. */
  checked?: boolean;
  /** Draws a line above it. */
  separated?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  /** The accessible name of the list, and of a button without a text. */
  label: string;
  items: readonly MenuItem[];
  icon?: IconNode;
  /** A text on the button; without it, the button has an icon only. */
  text?: string;
  /** A line above the items, such as the user's e-mail address. */
  heading?: string;
}

/** A button that opens a list of actions. It lies above everything, so no card clips it. */
export function Menu({ label, items, icon = Ellipsis, text, heading }: MenuProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);

  const show = (focus: "first" | "last") => {
    if (!list.current || !button.current) return;
    list.current.showPopover();
    placeBelow(list.current, button.current);
    nextItem(list.current, focus === "first" ? "Home" : "End")?.focus();
  };
  const hide = () => list.current?.hidePopover();
  const focusButton = () => button.current?.querySelector("button")?.focus();

  const attributes = {
    "aria-haspopup": "menu" as const,
    "aria-expanded": open,
    "aria-controls": id,
    popoverTarget: id,
    popoverTargetAction: "toggle" as const,
    onClick: (event: MouseEvent) => {
      // opened here, so that it is placed before it is seen
      event.preventDefault();
      if (open) hide();
      else show("first");
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      show(event.key === "ArrowDown" ? "first" : "last");
    },
  };

  return (
    <span class="menu" ref={button}>
      {text === undefined ? (
        <IconButton icon={icon} label={label} {...attributes} />
      ) : (
        <Button kind="quiet" icon={icon} {...attributes}>
          {text}
        </Button>
      )}
      <div
        ref={list}
        id={id}
        class="menu-list"
        role="menu"
        aria-label={label}
        popover="auto"
        onToggle={(event) => setOpen((event as ToggleEvent).newState === "open")}
        onKeyDown={(event) => {
          if (event.key === "Tab") return hide();
          // an Escape that closes a menu must close nothing else
          if (event.key === "Escape") event.stopPropagation();
          const next = nextItem(event.currentTarget, event.key);
          if (!next) return;
          event.preventDefault();
          next.focus();
        }}
      >
        {heading && (
          <p class="menu-heading" role="presentation">
            {heading}
          </p>
        )}
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemradio"}
            {...(item.checked === undefined ? {} : { "aria-checked": item.checked })}
            tabIndex={-1}
            class={classes("menu-item", item.danger && "menu-item-danger", item.separated && "menu-item-separated")}
            onClick={() => {
              hide();
              focusButton();
              item.onSelect();
            }}
          >
            <span class="menu-item-icon">{item.icon && <Icon of={item.icon} size={16} />}</span>
            {item.label}
          </button>
        ))}
      </div>
    </span>
  );
}
