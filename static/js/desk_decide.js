/* The workbench: asks the server what the policy says to the ticks, adds rows for documents, keeps a draft. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-policy]");
  const hint = form?.querySelector("[data-hint]");
  const documents = form?.querySelector("[data-documents]");
  if (!form || !hint || !documents) return;

  const ASKED = /^(evidence|counts-.+|document_.+)$/;
  let timer = 0;
  let latest = 0;

  const ask = async () => {
    const number = ++latest;
    const query = new URLSearchParams();
    const told = new FormData(form);
    const ticked = new Set(told.getAll("evidence"));
    for (const [name, value] of told) {
      const marks = name.startsWith("counts-");
      if (!ASKED.test(name) || typeof value !== "string") continue;
      if (!marks || (value === "primary" && ticked.has(name.slice("counts-".length)))) query.append(name, value);
    }
    try {
      const answer = await fetch(`${form.dataset.policy}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const said = await answer.json();
      if (number === latest) hint.textContent = said.words;
    } catch {
      // No answer: the hint stays as it is, and saving asks the same rule anyway.
    }
  };

  const spare = () => {
    const last = documents.lastElementChild;
    const filled = [...last.querySelectorAll("input")].some((input) => input.value.trim());
    if (!filled || documents.children.length >= 10) return;
    const row = last.cloneNode(true);
    for (const control of row.querySelectorAll("input, select")) {
      control.value = control.tagName === "SELECT" ? "report" : "";
      const label = control.getAttribute("aria-label") ?? "";
      control.setAttribute("aria-label", label.replace(/\d+/, String(documents.children.length + 1)));
    }
    documents.append(row);
  };

  form.addEventListener("input", (event) => {
    if (event.target instanceof Element && ASKED.test(event.target.getAttribute("name") ?? "")) {
      spare();
      clearTimeout(timer);
      timer = setTimeout(ask, 250);
    }
  });

  /* What was typed outlives a click elsewhere on the page: kept in this tab until a decision goes through. */
  const reason = form.elements.namedItem("reason");
  const key = `desk-draft-${form.dataset.draft}`;
  const draft = (act) => {
    try {
      return act(sessionStorage);
    } catch {
      return null; // Some windows keep nothing; then a draft lives as long as its page.
    }
  };
  if (!reason.value) {
    const sent = draft((store) => store.getItem(`${key}-sent`));
    const words = sent ? null : draft((store) => store.getItem(key));
    if (words) reason.value = words;
    else draft((store) => store.removeItem(key));
  }
  draft((store) => store.removeItem(`${key}-sent`));
  reason.addEventListener("input", () => draft((store) => store.setItem(key, reason.value)));
  form.addEventListener("submit", () => draft((store) => store.setItem(`${key}-sent`, "1")));

  if (form.querySelector('input[name="evidence"]:checked')) ask();
})();
