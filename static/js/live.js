// Keeps parts of a page up to date. <body data-live="/stream"> opens one event stream; every element with
// data-part="/fragment" (and an id) is fetched again when the stream says that something changed.
(() => {
  "use strict";
  const doc = document, body = doc.body;
  let address = body.dataset.live;
  if (!address || !window.EventSource) return;
  let source, openedAt = Date.now(), lastWord = openedAt, hiddenAt = 0, pending = false, again = false, fetching = false, renewedAt = openedAt;
  // The stream that has said that nothing more comes.
  let ended = "";
  // Since when the stream is away, and since when parts cannot be read; 0 while all is well.
  let streamAway = 0, partsAway = 0;

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

  // Operation ids are new in every answer, and scripts mark what they found: that alone is no change.
  const shown = (part) => part.innerHTML.replace(/name="op" value="[^"]*"| (?:hidden|data-connection)="[^"]*"/g, "");

  // One short line for screen readers, at most one in five seconds: what comes sooner waits for its turn.
  const unspoken = [];
  let spoken = "", spokenAt = 0, speaking = 0;
  function tell(words) {
    if (!words || words === (unspoken.at(-1) ?? spoken)) return;
    unspoken.push(words);
    speaking ||= setTimeout(speak, Math.max(0, spokenAt + 5000 - Date.now()));
  }
  function speak() {
    const news = doc.getElementById("news");
    spoken = unspoken.shift();
    spokenAt = Date.now();
    if (news) news.textContent = spoken;
    speaking = unspoken.length ? setTimeout(speak, 5000) : 0;
  }

  // Nobody asked for it: that does not keep anybody signed in.
  async function read(from) {
    const answer = await fetch(from, { headers: { "HX-Request": "true", "X-By-Itself": "1" }, credentials: "same-origin" });
    const to = answer.headers.get("HX-Redirect");
    if (to) { location.assign(to); return null; }
    if (answer.headers.get("X-Locked")) doc.dispatchEvent(new Event("is-locked"));
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  async function renew(part, answer) {
    const fresh = (await answer)?.getElementById(part.id);
    if (!fresh) return;
    if (inUse(part)) { pending = true; return; }
    const focused = part.contains(doc.activeElement) ? doc.activeElement.id : "";
    if (shown(fresh) !== shown(part)) {
      part.replaceChildren(...fresh.childNodes);
      for (const { name, value } of fresh.attributes) part.setAttribute(name, value);
      tell(part.dataset.news);
      // What a part watches can change with what it shows.
      const stream = part.dataset.stream;
      if (stream && stream !== address && stream !== ended) { address = stream; close(); open(); }
      if (focused) doc.getElementById(focused)?.focus({ preventScroll: true });
      doc.dispatchEvent(new CustomEvent("part-renewed", { detail: part }));
    }
  }

  async function renewAll() {
    if (body.dataset.paused === "yes") { pending = true; return; }
    if (fetching) { again = true; return; }
    fetching = true;
    renewedAt = Date.now();
    do {
      pending = again = false;
      try {
        // Parts of one answer are asked for once.
        const answers = {};
        await Promise.all([...doc.querySelectorAll("[data-part]")].map((part) => renew(part, answers[part.dataset.part] ||= read(part.dataset.part))));
        partsAway = 0;
        heard();
      } catch { partsAway ||= Date.now(); }
    } while (again);
    fetching = false;
  }

  // Says whether the page is up to date, beside the mark and in the words of the page.
  function show(word, words) {
    const at = doc.querySelector("[data-connection]");
    if (!at || at.dataset.connection === word) return;
    at.dataset.connection = word;
    at.textContent = words(at.dataset);
    const box = at.closest(".state"), use = box?.querySelector("use");
    if (box) box.dataset.kind = word === "live" ? "ok" : "danger";
    use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, word === "live" ? "#online" : "#offline"));
  }
  function heard() {
    if (partsAway) return;
    lastWord = Date.now();
    show("live", (at) => at.live || "");
  }
  // Only a real loss is said: the stream or the parts away for six seconds, or silence for two of its heartbeats.
  function check() {
    const now = Date.now(), away = partsAway || streamAway;
    if (away ? now - Math.max(lastWord, away) < 6000 : !source || now - Math.max(lastWord, openedAt) < 30000) return;
    show("lost", ({ zone, hours, advice }) => {
      const at = new Date(lastWord).toLocaleTimeString("en-GB", { hour: hours === "12" ? "numeric" : "2-digit", minute: "2-digit", hour12: hours === "12", timeZone: zone || body.dataset.zone || undefined });
      const words = `Not updating since ${at.replace(" ", "")}${advice || ""}`;
      tell(words);
      return words;
    });
  }

  function open() {
    if (source || address === ended) return;
    source = new EventSource(address);
    openedAt = Date.now();
    source.addEventListener("open", () => { streamAway = 0; });
    source.addEventListener("error", () => { streamAway ||= Date.now(); });
    source.addEventListener("changed", (event) => {
      heard();
      // Minutes pass even where nothing happens; a thousand phones that watch one point do not ask at the same moment.
      if (event.data === "still" && Date.now() - renewedAt < 55000) return;
      const spread = event.data.startsWith("visit:") ? 0 : Number(body.dataset.spread) || 0;
      setTimeout(renewAll, Math.random() * spread);
      doc.dispatchEvent(new CustomEvent("live-changed", { detail: event.data }));
    });
    source.addEventListener("over", () => { ended = address; close(); });
  }
  function close() { source?.close(); source = undefined; streamAway = 0; }

  setInterval(check, 1000);
  setInterval(() => {
    if (doc.hidden && hiddenAt && Date.now() - hiddenAt > 60000 && !body.dataset.always) close();
    if (source && source.readyState === EventSource.CLOSED) { source = undefined; open(); }
    // While the stream is away the page asks by itself.
    if ((pending || partsAway || streamAway) && !fetching) renewAll();
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
