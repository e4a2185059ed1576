/* Keys for the queue: j and k move, o opens, t, m and d act on the current row. Everything works without them. */
(() => {
  "use strict";

  const queue = document.querySelector("[data-desk-queue]");
  const help = document.querySelector("[data-desk-keys]");
  const toggle = document.querySelector("[data-keys-switch]");
  if (!queue || !help || !toggle) return;

  const STORED = "desk-keys";
  const rows = [...queue.querySelectorAll("[data-row]")];
  let current = -1;

  const stored = () => {
    try {
      return localStorage.getItem(STORED);
    } catch {
      return null;
    }
  };
  let off = stored() === "off";

  const mark = (index) => {
    if (current >= 0) rows[current].classList.remove("desk-current");
    current = index;
    if (current >= 0) rows[current].classList.add("desk-current");
  };

  const go = (index) => {
    if (!rows.length) return;
    mark(Math.max(0, Math.min(rows.length - 1, index)));
    rows[current].focus({ preventScroll: true });
    rows[current].scrollIntoView({ block: "nearest" });
  };

  const part = (name) => rows[current]?.querySelector(`[data-act="${name}"]`);

  const act = {
    j: () => go(current + 1),
    k: () => go(current < 0 ? 0 : current - 1),
    o: () => rows[current]?.querySelector("[data-open]")?.click(),
    t: () => part("track")?.querySelector("button")?.click(),
    m: () => {
      const merge = part("merge");
      (merge?.querySelector('button[name="into"]') ?? merge?.querySelector("input[type=search]"))?.focus();
    },
    d: () => part("dismiss")?.querySelector('input[name="reason"]')?.focus(),
  };

  const say = () => {
    toggle.textContent = off ? "Turn the keys on" : "Turn the keys off";
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape" && current >= 0) rows[current].focus();
      return;
    }
    if (event.key === "?") {
      event.preventDefault();
      // It stands at the foot of a long page: whoever does not see it asks to.
      const { top, bottom } = help.getBoundingClientRect();
      help.hidden = !help.hidden && top < innerHeight && bottom > 0;
      if (!help.hidden) help.scrollIntoView({ block: "nearest" });
      return;
    }
    if (off || !Object.hasOwn(act, event.key)) return;
    event.preventDefault();
    act[event.key]();
  });

  toggle.addEventListener("click", () => {
    off = !off;
    try {
      localStorage.setItem(STORED, off ? "off" : "on");
    } catch {
      // Private windows may refuse; then the choice lasts as long as the page.
    }
    say();
  });

  queue.addEventListener("focusin", (event) => {
    const index = rows.findIndex((row) => row.contains(event.target));
    if (index >= 0 && index !== current) mark(index);
  });

  say();
  help.hidden = false;
  const named = rows.findIndex((row) => `#${row.id}` === location.hash);
  if (rows.length) mark(Math.max(0, named));
})();
