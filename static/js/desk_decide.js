/* The workbench: asks the server what the policy says to the ticks, adds rows for documents, guards typed text. */
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
    for (const [name, value] of new FormData(form)) {
      if (ASKED.test(name) && typeof value === "string") query.append(name, value);
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

  let leaving = false;
  const before = form.elements.namedItem("reason")?.value ?? "";
  form.addEventListener("submit", () => {
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    const now = form.elements.namedItem("reason")?.value ?? "";
    if (!leaving && now !== before) event.preventDefault();
  });

  if (form.querySelector('input[name="evidence"]:checked')) ask();
})();
