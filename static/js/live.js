// Keeps parts of a page up to date. <body data-live="/stream"> opens one event stream; every element with
// data-part="/fragment" (and an id) is fetched again when the stream says that something changed.
(() => {
  "use strict";
  const doc = document, body = doc.body;
  let address = body.dataset.live;
  if (!address || !window.EventSource) return;
  let source, lastWord = Date.now(), hiddenAt = 0, pending = false, fetching = false, renewedAt = Date.now();

  // A part that somebody works in is left alone until they leave it: an open menu, typed text, a row that the keyboard
  // stands on (for a while: a board that nobody touches must not go stale).
  let touched = 0;
  doc.addEventListener("keydown", () => { touched = Date.now(); }, true);
  const inUse = (part) => {
    const at = doc.activeElement;
    if (part.querySelector("details[open]")) return true;
    if (!part.contains(at)) return false;
    if (at.matches("input:not([type=hidden]),textarea,select")) return true;
    return at.closest("tr") && at.matches(":focus-visible") && Date.now() - touched < 10000;
  };

  // Operation ids are new in every answer; they alone are no change.
  const shown = (part) => part.innerHTML.replace(/name="op" value="[^"]*"/g, "");

  // One short line for screen readers, at most one in five seconds.
  let spoken = "", spokenAt = 0;
  function tell(words) {
    const news = doc.getElementById("news");
    if (!news || !words || words === spoken || Date.now() - spokenAt < 5000) return;
    spoken = words;
    spokenAt = Date.now();
    news.textContent = words;
  }

  async function renew(part) {
    const answer = await fetch(part.dataset.part, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    const to = answer.headers.get("HX-Redirect");
    if (to) { location.assign(to); return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (inUse(part)) { pending = true; return; }
    const focused = part.contains(doc.activeElement) ? doc.activeElement.id : "";
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
    if (!fresh) return;
    if (shown(fresh) !== shown(part)) {
      part.replaceChildren(...fresh.childNodes);
      for (const { name, value } of fresh.attributes) part.setAttribute(name, value);
      tell(part.dataset.news);
      // What a part watches can change with what it shows.
      const stream = part.dataset.stream;
      if (stream && stream !== address) { address = stream; close(); open(); }
      if (focused) doc.getElementById(focused)?.focus({ preventScroll: true });
      doc.dispatchEvent(new CustomEvent("part-renewed", { detail: part }));
    }
  }

  async function renewAll() {
    if (body.dataset.paused === "yes") { pending = true; return; }
    if (fetching) { pending = true; return; }
    fetching = true;
    renewedAt = Date.now();
    do {
      pending = false;
      try {
        await Promise.all([...doc.querySelectorAll("[data-part]")].map(renew));
        heard();
      } catch { lost(); }
    } while (pending && !body.contains(doc.activeElement?.closest("[data-part] input, [data-part] textarea")));
    fetching = false;
  }

  const state = () => doc.querySelector("[data-connection]");
  function heard() {
    lastWord = Date.now();
    const at = state();
    if (at && at.dataset.connection !== "live") { at.dataset.connection = "live"; at.textContent = at.dataset.live || ""; }
  }
  function lost() {
    const at = state();
    if (!at || at.dataset.connection === "lost") return;
    const since = new Date(lastWord);
    at.dataset.connection = "lost";
    at.textContent = `Not updating since ${String(since.getHours()).padStart(2, "0")}:${String(since.getMinutes()).padStart(2, "0")}`;
  }

  function open() {
    if (source) return;
    source = new EventSource(address);
    source.addEventListener("changed", (event) => {
      heard();
      // Minutes pass even where nothing happens; a thousand phones that watch one point do not ask at the same moment.
      if (event.data === "still" && Date.now() - renewedAt < 55000) return;
      const spread = event.data.startsWith("visit:") ? 0 : Number(body.dataset.spread) || 0;
      setTimeout(renewAll, Math.random() * spread);
      doc.dispatchEvent(new CustomEvent("live-changed", { detail: event.data }));
    });
  }
  function close() { source?.close(); source = undefined; }

  setInterval(() => {
    if (Date.now() - lastWord > 30000) lost();
    if (doc.hidden && hiddenAt && Date.now() - hiddenAt > 60000 && !body.dataset.always) close();
    if (source && source.readyState === EventSource.CLOSED) { close(); open(); }
    if (pending && !fetching) renewAll();
  }, 5000);
  doc.addEventListener("visibilitychange", () => {
    hiddenAt = doc.hidden ? Date.now() : 0;
    if (!doc.hidden) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  for (const button of doc.querySelectorAll("[data-pause]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const paused = body.dataset.paused !== "yes";
      body.dataset.paused = paused ? "yes" : "no";
      button.textContent = paused ? "Resume updates" : "Pause updates";
      if (!paused) renewAll();
    });
  }
  open();
})();
