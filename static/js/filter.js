// A search box that hides what does not fit in a list of ticks: <input data-filter="id"> and data-words on each entry.
(() => {
  "use strict";
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  for (const box of document.querySelectorAll("[data-filter]")) {
    const list = document.getElementById(box.dataset.filter);
    if (!list) continue;
    const narrow = () => {
      const words = plain(box.value).split(/\s+/).filter(Boolean);
      for (const entry of list.querySelectorAll("[data-words]")) {
        const ticked = entry.querySelector("input:checked");
        entry.hidden = !ticked && !words.every((word) => entry.dataset.words.includes(word));
      }
    };
    box.addEventListener("input", narrow);
    // Enter ticks the first test that is left, or else looks it up as without scripts; Ctrl+Enter sends what is ticked.
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        event.stopPropagation();
        return list.closest("form").requestSubmit();
      }
      const left = [...list.querySelectorAll("[data-words]:not([hidden]) input:not(:checked)")];
      if (box.value.trim() && left.length) {
        event.preventDefault();
        left[0].checked = true;
        box.value = "";
        narrow();
      }
    });
  }
})();
