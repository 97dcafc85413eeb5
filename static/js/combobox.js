// A text field that offers what fits while one types (ARIA combobox): <div data-combobox="/options"> around an input and a
// list. Without scripts it is a text field, and the server resolves what was typed.
(() => {
  "use strict";
  const WAIT = 200;

  const boxOf = (node) => node.closest?.("[data-combobox]");

  function close(box) {
    const [input, list] = [box.querySelector("input"), box.querySelector("[role=listbox]")];
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(box, option) {
    const input = box.querySelector("input");
    for (const other of box.querySelectorAll("[role=option]")) other.setAttribute("aria-selected", String(other === option));
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  // What is chosen goes into the field, and usual values into fields nobody has filled.
  function choose(box, option) {
    const input = box.querySelector("input");
    input.value = option.dataset.value;
    box.dataset.chosen = input.value;
    for (const [name, value] of Object.entries(JSON.parse(option.dataset.fill || "{}"))) {
      const field = input.form.elements[name];
      if (!field || (field.value && !field.dataset.filled)) continue;
      if (!value) field.closest("details")?.setAttribute("open", "");
      field.value = value;
      field.dataset.filled = "yes";
    }
    close(box);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function ask(box) {
    const [input, list] = [box.querySelector("input"), box.querySelector("[role=listbox]")];
    const words = input.value.trim();
    box.asked?.abort();
    if (words.length < 2) return close(box);
    const asked = (box.asked = new AbortController());
    try {
      const source = box.dataset.combobox;
      const query = `${source.includes("?") ? "&" : "?"}q=${encodeURIComponent(words)}`;
      const answer = await fetch(source + query, { signal: asked.signal });
      if (!answer.ok || answer.redirected) return close(box);
      const html = await answer.text();
      if (box.asked !== asked || document.activeElement !== input) return;
      list.innerHTML = html;
      const options = [...list.querySelectorAll("[role=option]")];
      options.forEach((option, place) => { option.id = `${list.id}-${place}`; });
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(box, null);
      const count = box.querySelector("[role=status]");
      count.textContent = options.length === 1 ? "1 choice" : `${options.length} choices`;
    } catch (error) {
      if (error.name !== "AbortError") close(box);
    }
  }

  document.addEventListener("input", (event) => {
    const box = boxOf(event.target);
    if (event.target.dataset.filled) delete event.target.dataset.filled;
    if (!box || event.target !== box.querySelector("input")) return;
    delete box.dataset.chosen;
    clearTimeout(box.timer);
    box.timer = setTimeout(() => ask(box), WAIT);
  });

  document.addEventListener("keydown", (event) => {
    const box = boxOf(event.target);
    if (!box || event.target !== box.querySelector("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const list = box.querySelector("[role=listbox]");
    const options = list.hidden ? [] : [...list.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!options.length) return void ask(box);
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(box, options[(at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close(box);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (at >= 0) return choose(box, options[at]);
      if (options.length === 1) return choose(box, options[0]);
      if (box.dataset.enter) document.getElementById(box.dataset.enter)?.click();
    }
  });

  // A page that comes back to a section goes on where the next thing is typed; the browser's own jump lets go of it first.
  addEventListener("load", () => setTimeout(() => {
    document.getElementById(location.hash.slice(1))?.querySelector("[data-combobox] input")?.focus({ preventScroll: true });
  }));

  // In a row that adds something, Enter adds it, whatever else the form could do.
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-enter]:not([data-combobox])");
    if (!row || event.key !== "Enter" || event.ctrlKey || event.defaultPrevented) return;
    if (!event.target.matches("input, select")) return;
    event.preventDefault();
    document.getElementById(row.dataset.enter)?.click();
  });

  // The list must not take the focus away before the click arrives.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-combobox] [role=listbox]")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest?.("[data-combobox] [role=option]");
    if (option) return choose(boxOf(option), option);
    for (const box of document.querySelectorAll("[data-combobox]")) if (!box.contains(event.target)) close(box);
  });
  document.addEventListener("focusout", (event) => {
    const box = boxOf(event.target);
    if (box && !box.contains(event.relatedTarget)) close(box);
  });
})();
