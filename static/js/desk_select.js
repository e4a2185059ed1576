/* An article's text: what is selected in it becomes the passage of a new claim, with its exact place. */
(() => {
  "use strict";

  const text = document.querySelector("[data-selectable]");
  const form = document.querySelector("#new-claim");
  const quote = form?.elements.namedItem("quote");
  const start = form?.elements.namedItem("start");
  const hint = form?.querySelector("[data-select-hint]");
  if (!text || !quote || !start || !hint) return;

  hint.textContent = "Select a passage in the text; it is taken over here.";

  const codePoints = (words) => Array.from(words).length;

  /* Where a point of the selection lies in the snapshot's text, in code points; null outside the paragraphs. */
  const placeOf = (node, offset) => {
    const element = node instanceof Element ? node : node.parentElement;
    const paragraph = element?.closest("p[data-start]");
    if (!paragraph || !text.contains(paragraph)) return null;
    const range = document.createRange();
    range.selectNodeContents(paragraph);
    range.setEnd(node, offset);
    return { paragraph, at: Number(paragraph.dataset.start) + codePoints(range.toString()) };
  };

  const wholeParagraphs = () => [...text.querySelectorAll("p[data-start]")];

  /* The text between two places, paragraph by paragraph, with the blank lines that stand between them. */
  const between = (first, last) => {
    let words = "";
    let at = first.at;
    for (const paragraph of wholeParagraphs()) {
      const begin = Number(paragraph.dataset.start);
      const letters = Array.from(paragraph.textContent);
      const end = begin + letters.length;
      if (end <= first.at || begin >= last.at) continue;
      if (begin > at) words += "\n".repeat(begin - at);
      words += letters.slice(Math.max(0, first.at - begin), last.at - begin).join("");
      at = Math.min(end, last.at);
    }
    return words;
  };

  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    const first = placeOf(range.startContainer, range.startOffset);
    const last = placeOf(range.endContainer, range.endOffset);
    if (!first || !last) return;
    const words = between(first, last);
    const passage = words.trim();
    if (!passage) return;
    quote.value = passage;
    start.value = String(first.at + codePoints(words.slice(0, words.length - words.trimStart().length)));
  });

  quote.addEventListener("input", () => {
    start.value = "";
  });
})();
