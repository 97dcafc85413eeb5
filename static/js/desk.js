// What every page of staff gains from scripts: one file, as each file is one more question to the server.

// The lock of a shared desk: one key, the button, or ten minutes without a hand. The server locks the sign-in; the page
// stays as it is beneath a cover, in every tab, until the password is given.
(() => {
  "use strict";
  const doc = document, form = doc.getElementById("lock");
  if (!form || !window.HTMLDialogElement) return;
  const IDLE = (Number(form.dataset.idle) || 600) * 1000;
  const tabs = window.BroadcastChannel ? new BroadcastChannel("infirmary-lock") : { postMessage() {} };
  const title = doc.title;
  let cover, left, busy = false, touched = Date.now(), told = 0;

  function line(tag, words) {
    const element = doc.createElement(tag);
    element.textContent = words;
    return element;
  }

  // The server's words in the cover; a browser without network keeps covering and tries again at a press.
  async function show(asking) {
    try {
      const answer = await asking;
      const to = answer.headers.get("HX-Redirect");
      if (to) { location.assign(to); return; }
      if (answer.status === 204) { tabs.postMessage("unlocked"); uncover(); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById("locked");
      if (!part) throw new Error(String(answer.status));
      cover?.replaceChildren(part);
      cover?.querySelector("input[type=password]")?.focus();
    } catch {
      const again = line("button", "Try again");
      again.className = "button";
      again.addEventListener("click", ask);
      cover?.replaceChildren(line("h1", "Locked"), line("p", "The clinic's server does not answer. Check the connection."), again);
      again.focus();
    }
  }
  const headers = { "HX-Request": "true" };
  const ask = () => show(fetch(form.action, { headers }));

  function raise() {
    if (cover) return false;
    left = doc.activeElement;
    cover = doc.createElement("dialog");
    cover.className = "lock";
    cover.setAttribute("aria-label", "Locked");
    cover.append(line("h1", "Locked"));
    cover.addEventListener("cancel", (event) => event.preventDefault());
    cover.addEventListener("close", () => { if (cover) cover.showModal(); });
    cover.addEventListener("submit", unlock);
    doc.body.append(cover);
    cover.showModal();
    doc.title = "Locked";
    return true;
  }
  function uncover() {
    if (!cover) return;
    const old = cover;
    cover = undefined;
    old.close();
    old.remove();
    doc.title = title;
    touched = Date.now();
    left?.focus?.({ preventScroll: true });
  }
  function lock() {
    if (!raise()) return;
    tabs.postMessage("locked");
    show(fetch(form.action, { method: "POST", body: new URLSearchParams(), headers }));
  }
  async function unlock(event) {
    if (event.target.id !== "unlock") return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    await show(fetch(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target)), headers }));
    busy = false;
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); lock(); });
  tabs.onmessage = ({ data }) => {
    if (data === "locked") { if (raise()) ask(); }
    else if (data === "unlocked") uncover();
    else touched = Date.now();
  };
  // Another tab or the server may know first.
  doc.addEventListener("is-locked", () => { if (raise()) ask(); });

  function touch() {
    touched = Date.now();
    if (touched - told > 20000) { told = touched; tabs.postMessage("touched"); }
  }
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
    addEventListener(kind, touch, { passive: true, capture: true });
  }
  const check = () => { if (!cover && Date.now() - touched >= IDLE) lock(); };
  setInterval(check, 1000);
  doc.addEventListener("visibilitychange", check);
})();

// The notice on every page of those who consult: whether a patient needs a doctor now. Asked every few seconds
// while the page is seen, and at once where the page hears of a change. It never leads away from what somebody types: on
// every page but the first it is one line at the lower edge, moves nothing, and leads to where somebody says "I see to it".
(() => {
  "use strict";
  const doc = document, box = doc.getElementById("needs");
  if (!box) return;
  const brief = location.pathname !== "/";
  if (brief) box.dataset.brief = "";
  let asking = false;
  // Operation ids are new in every answer: that alone is no change.
  const shown = (part) => part.innerHTML.replace(/name="op" value="[^"]*"/g, "");
  function shorten(part) {
    for (const form of part.querySelectorAll("form")) form.remove();
    const first = part.querySelector("p");
    if (!first) return;
    first.replaceChildren(first.querySelector("strong"));
    const to = doc.createElement("a");
    to.href = "/";
    to.textContent = "See to it";
    first.append(" ", to);
  }
  async function ask() {
    if (doc.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(box.dataset.needs, { headers: { "HX-Request": "true", "X-By-Itself": "1" }, credentials: "same-origin" });
      if (answer.headers.get("X-Locked")) doc.dispatchEvent(new Event("is-locked"));
      const page = answer.status === 200 && new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page && page.getElementById("needs");
      if (fresh && brief) shorten(fresh);
      if (fresh && shown(fresh) !== shown(box) && !box.contains(doc.activeElement)) box.replaceChildren(...fresh.childNodes);
    } catch { /* The next time. */ }
    asking = false;
  }
  // The page itself comes first.
  setTimeout(ask, 500);
  setInterval(ask, 5000);
  doc.addEventListener("visibilitychange", ask);
  doc.addEventListener("live-changed", ask);
})();

// The search box of the top bar: what is found lies below it. The arrow keys walk through it, Enter in the box opens the
// page of the search, Escape closes it and goes back to where one was.
(() => {
  "use strict";
  const doc = document, field = doc.getElementById("find"), found = doc.getElementById("find-results");
  if (!field || !found) return;
  const seek = field.closest(".seek");
  let left;
  const show = (open) => { found.hidden = !open || !field.value.trim() || !found.firstElementChild; };

  field.addEventListener("focus", (event) => {
    if (!seek.contains(event.relatedTarget)) left = event.relatedTarget;
    show(true);
  });
  field.addEventListener("input", () => { if (!field.value.trim()) show(false); });
  found.addEventListener("htmx:afterSwap", () => show(seek.contains(doc.activeElement)));
  seek.addEventListener("focusout", (event) => { if (!seek.contains(event.relatedTarget)) show(false); });
  // A press on what is found must not close it first.
  found.addEventListener("mousedown", (event) => event.preventDefault());
  seek.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || found.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [field, ...found.querySelectorAll("a, button")];
      const step = event.key === "ArrowDown" ? 1 : -1;
      event.preventDefault();
      all[(all.indexOf(doc.activeElement) + step + all.length) % all.length].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      field.value = "";
      show(false);
      if (left?.isConnected) left.focus(); else field.blur();
    }
  });
})();
