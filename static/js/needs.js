// The notice on every page of those who consult: whether a patient needs a doctor now. Asked every few seconds
// while the page is seen, and at once where the page hears of a change. It never leads away from what somebody types: on
// every page but the first it lies at the lower edge, moves nothing, and leads to where somebody says "I see to it".
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
    for (const form of part.querySelectorAll("form")) {
      const line = form.querySelector("p");
      line.querySelector("button")?.remove();
      form.replaceWith(line);
    }
    const first = part.querySelector("p");
    if (!first) return;
    const to = doc.createElement("a");
    to.href = "/";
    to.textContent = "See to it";
    first.append(" ", to);
  }
  async function ask() {
    if (doc.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(box.dataset.needs, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (answer.headers.get("X-Locked")) doc.dispatchEvent(new Event("is-locked"));
      const page = answer.status === 200 && new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page && page.getElementById("needs");
      if (fresh && brief) shorten(fresh);
      if (fresh && shown(fresh) !== shown(box) && !box.contains(doc.activeElement)) box.replaceChildren(...fresh.childNodes);
    } catch { /* The next time. */ }
    asking = false;
  }
  ask();
  setInterval(ask, 5000);
  doc.addEventListener("visibilitychange", ask);
  doc.addEventListener("live-changed", ask);
})();
