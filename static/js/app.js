// What pages gain from scripts; every task works without them.
(() => {
  "use strict";
  const doc = document;

  // A form that was refused: its summary takes the focus, so that a screen reader begins there.
  const summary = doc.getElementById("error-summary");
  if (summary) summary.focus();

  // Show or hide a password.
  for (const button of doc.querySelectorAll("[data-show]")) {
    const input = doc.getElementById(button.getAttribute("aria-controls"));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.textContent = shown ? "Hide" : "Show";
      button.setAttribute("aria-label", shown ? "Hide password" : "Show password");
      button.setAttribute("aria-pressed", String(shown));
    });
  }

  // A form that is on its way says so; the server refuses a second sending anyway.
  doc.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.busy || event.defaultPrevented) return;
    setTimeout(() => button.setAttribute("aria-busy", "true"));
  });
  addEventListener("pageshow", () => {
    for (const button of doc.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // Shortcuts use a modifier: Ctrl+K finds, Ctrl+Enter sends the form one is in, Alt+letter presses its button or goes to its field.
  doc.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      const find = doc.getElementById("find");
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form");
      // A form with several buttons names the one that this presses.
      if (form) { event.preventDefault(); form.requestSubmit(form.querySelector('[aria-keyshortcuts="Control+Enter"]')); }
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code.startsWith("Key")) {
      const key = "Alt+" + event.code.slice(3);
      const target = doc.querySelector(`[aria-keyshortcuts="${key}"]`);
      if (target && !target.disabled) { event.preventDefault(); if (target.matches("input")) target.focus(); else target.click(); }
    }
  });

  // Escape closes a small menu and goes back to its button.
  doc.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (!menu) return;
    event.preventDefault();
    menu.open = false;
    menu.firstElementChild.focus();
  });

  // A long rail shows where one is.
  const rail = doc.querySelector(".rail");
  const here = rail?.querySelector("[aria-current]");
  if (here && here.offsetTop + here.offsetHeight > rail.clientHeight) rail.scrollTop = here.offsetTop - rail.clientHeight / 2;

  // Print buttons only exist with scripts. What was just sent to be printed goes there by itself, once.
  const [arrival] = performance.getEntriesByType("navigation");
  for (const button of doc.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
    if (button.dataset.print === "now" && arrival?.type === "navigate") addEventListener("load", () => print());
  }
})();
