// The draft of the consultation page is on the server a few seconds after it is typed. Without scripts every button saves.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const WAIT = 5000, AGAIN = 5000;
  const saved = document.getElementById("saved"), told = document.getElementById("told"), words = document.getElementById("told-words");
  const field = (name) => form.elements[name];
  let typed = 0, kept = 0, sent = 0, timer = 0, busy = false, leaving = false, stopped = false, failing = false;

  // Writing begins where nothing is written yet, unless the address or a refusal leads elsewhere.
  if (!location.hash && document.activeElement === document.body) {
    [...form.querySelectorAll("#note textarea")].find((part) => !part.value)?.focus({ preventScroll: true });
  }

  function say(text, kind = "") {
    if (saved.textContent !== text) saved.textContent = text;
    if (kind) saved.dataset.kind = kind; else delete saved.dataset.kind;
  }
  function tell(text) {
    if (!text || words.textContent.includes(text)) return;
    const line = document.createElement("p");
    line.textContent = text;
    words.append(line);
    told.hidden = false;
  }
  function body() {
    field("turn").value = String(Number(field("turn").value) + 1);
    const pairs = new URLSearchParams(new FormData(form));
    pairs.delete("step");
    return pairs;
  }
  function later(wait) {
    if (!timer && !stopped) timer = setTimeout(() => { timer = 0; save(); }, wait);
  }

  async function save() {
    if (typed === kept || busy || leaving || stopped) return;
    busy = true;
    failing = false;
    const upTo = typed;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: body(), headers: { accept: "application/json" } });
      const is = answer.headers.get("content-type") || "";
      if (answer.redirected || !is.includes("json")) {
        if (answer.status >= 500) throw new Error(String(answer.status));
        stopped = true;
        say("Not saved", "danger");
        tell("You are no longer signed in, or this page has changed. Your text is still here: press Save draft to go on.");
      } else {
        const said = await answer.json();
        tell(said.more);
        if (said.saved) {
          kept = upTo;
          field("version").value = String(said.version);
          if (said.decision) field("decision").value = String(said.decision);
          say(said.words);
        } else {
          stopped = answer.status === 409;
          say("Not saved", "danger");
        }
      }
    } catch {
      failing = true;
      say("Not saved: the server is not reached. Trying again", "danger");
      later(AGAIN);
      return;
    } finally {
      busy = false;
    }
    if (typed !== kept) later(WAIT);
  }

  // What is left over goes out with the page; the browser finishes it.
  function leave() {
    if (typed === kept || typed === sent || stopped || leaving) return;
    sent = typed;
    fetch(form.dataset.draft, { method: "POST", body: body(), keepalive: true }).catch(() => { sent = 0; });
  }

  for (const happens of ["input", "change"]) form.addEventListener(happens, () => { typed += 1; later(WAIT); });
  form.addEventListener("submit", () => {
    field("turn").value = String(Number(field("turn").value) + 1);
    leaving = true;
    clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", () => { leaving = false; });
  // Only what the server does not take is worth a question.
  addEventListener("beforeunload", (event) => {
    if (!leaving && typed !== kept && (failing || stopped)) event.preventDefault();
  });
})();
