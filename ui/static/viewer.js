// Scrolls to the marked span and finds words in the document; the text itself is never touched.
(() => {
  "use strict";
  const text = document.getElementById("text");
  if (!text) return;
  const span = document.getElementById("span");
  const outline = document.querySelector("nav details");
  const original = document.querySelector("#original details");
  if (window.innerWidth <= 1240 && original) outline.open = false;
  if (window.innerWidth <= 860) {
    outline.open = false;
    if (original && location.hash !== "#original") original.open = false;
  }
  if (span && (location.hash === "" || location.hash === "#span")) {
    span.scrollIntoView({ block: "center" });
    span.focus({ preventScroll: true });
  }

  const words = document.getElementById("words"), count = document.getElementById("count");
  let hits = [], at = -1;

  function ranges(wanted) {
    const found = [], needle = wanted.toLowerCase();
    for (const block of text.querySelectorAll(".line")) {
      const nodes = [], walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      let whole = "";
      while (walk.nextNode()) { nodes.push([whole.length, walk.currentNode]); whole += walk.currentNode.data; }
      const low = whole.toLowerCase();
      if (low.length !== whole.length) continue; // a letter that changes its length would shift every offset
      const place = (offset) => { // the node an offset falls in
        const [start, node] = nodes.findLast(([s]) => s <= offset);
        return [node, offset - start];
      };
      for (let i = low.indexOf(needle); i >= 0; i = low.indexOf(needle, i + needle.length)) {
        const range = new Range();
        range.setStart(...place(i));
        const [node, last] = place(i + needle.length - 1);
        range.setEnd(node, last + 1);
        found.push(range);
      }
    }
    return found;
  }

  function show() {
    count.textContent = words.value ? `${hits.length ? at + 1 : 0}/${hits.length}` : "";
    if (window.Highlight) {
      CSS.highlights.set("find", new Highlight(...hits));
      CSS.highlights.set("find-here", new Highlight(...(hits[at] ? [hits[at]] : [])));
    }
    if (!hits[at]) return;
    const box = hits[at].getBoundingClientRect();
    if (box.top < 90 || box.bottom > innerHeight - 20) window.scrollBy({ top: box.top - innerHeight / 3 });
  }
  const step = (by) => { if (hits.length) { at = (at + by + hits.length) % hits.length; show(); } };

  words.addEventListener("input", () => { hits = words.value ? ranges(words.value) : []; at = hits.length ? 0 : -1; show(); });
  document.getElementById("find").addEventListener("submit", (e) => { e.preventDefault(); step(1); });
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("print").addEventListener("click", () => window.print());
  words.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && e.shiftKey) { e.preventDefault(); step(-1); }
    if (e.key === "Escape") { words.value = ""; hits = []; at = -1; show(); }
  });
})();
