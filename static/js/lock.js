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
